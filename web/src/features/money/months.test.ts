import { describe, expect, it } from 'vitest';
import { monthSpan, monthsBack } from './months.ts';

describe('Months of a statement', () => {
  it('go back over the turn of the year', () => {
    expect(monthsBack(new Date(2026, 1, 28), 4)).toEqual(['2026-02', '2026-01', '2025-12', '2025-11']);
  });

  it('follow each other without gap or overlap', () => {
    expect(monthSpan('2026-11').until).toBe(monthSpan('2026-12').since);
    expect(monthSpan('2026-12').until).toBe(monthSpan('2027-01').since);
  });
});
