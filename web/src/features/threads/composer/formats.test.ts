import { describe, expect, it } from 'vitest';
import { formatOfKey, formats, withFormat } from './formats.ts';

const of = (type: string) => {
  const found = formats.find((format) => format.type === type);
  if (!found) throw new Error(`no format ${type}`);
  return found;
};
/** `[` and `]` stand for the selection. */
const apply = (type: string, shown: string) => {
  const from = shown.indexOf('‹');
  const to = shown.indexOf('›') - 1;
  const next = withFormat(shown.replace(/[‹›]/g, ''), from, to, of(type));
  return `${next.text.slice(0, next.from)}‹${next.text.slice(next.from, next.to)}›${next.text.slice(next.to)}`;
};

describe('Marking a text', () => {
  it.each([
    ['bold', 'a ‹word› here', 'a **‹word›** here'],
    ['bold', 'a **‹word›** here', 'a ‹word› here'],
    ['italic', '‹›', '_‹›_'],
    ['link', 'see ‹map›', 'see [map](https://‹›)'],
    ['quote', 'one\n‹two\nthree›', 'one\n> two\n> three‹›'],
    ['quote', '‹> two›', 'two‹›'],
  ])('%s makes of %s %s', (type, before, after) => {
    expect(apply(type, before)).toBe(after);
  });

  it('has keys', () => {
    expect(formatOfKey('b', false)?.type).toBe('bold');
    expect(formatOfKey('X', true)?.type).toBe('strike');
    expect(formatOfKey('x', false)).toBeUndefined();
  });
});
