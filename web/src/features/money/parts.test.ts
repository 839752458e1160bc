import { describe, expect, it } from 'vitest';
import { partsOf } from './parts.ts';

describe('A divided bill', () => {
  it('goes by heads, and what does not divide stays with who asks', () => {
    expect(partsOf(10_000, 2)).toEqual({ parts: [3_333, 3_333], own: 3_334 });
  });

  it('goes by what is written, and the rest is one’s own', () => {
    expect(partsOf(10_000, [2_000, 3_000])).toEqual({ parts: [2_000, 3_000], own: 5_000 });
  });

  it('is not ready while a part is missing, or the parts are more than the whole', () => {
    expect(partsOf(10_000, [2_000, 0]).wrong).toBe('missing');
    expect(partsOf(10_000, [8_000, 2_001]).wrong).toBe('tooMuch');
    expect(partsOf(2, 2).wrong).toBe('missing');
  });
});
