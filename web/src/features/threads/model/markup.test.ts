import { describe, expect, it } from 'vitest';
import type { MemberId } from '../../../api/ids.ts';
import type { Entity, Member } from '../../../api/types.ts';
import { readMarks, writeMarks } from './markup.ts';

const leila: Member = {
  id: 'leila' as MemberId,
  kind: 'person',
  name: 'Leila',
  handle: 'leila',
  readSeq: 0,
  deliveredSeq: 0,
};
const short = ({ text, entities }: { text: string; entities: readonly Entity[] }) =>
  [
    text,
    ...entities.map(({ type, offset, length, url, person, language }) =>
      [type, `"${text.slice(offset, offset + length)}"`, url ?? person ?? language].filter(Boolean).join(' '),
    ),
  ].join(' | ');

describe('Marks in what is typed', () => {
  it.each([
    ['plain', 'plain'],
    ['a **bold** word', 'a bold word | bold "bold"'],
    ['**bold _and italic_**', 'bold and italic | bold "bold and italic" | italic "and italic"'],
    ['~~no~~ ||secret||', 'no secret | strike "no" | spoiler "secret"'],
    ['run `npm **ci**`', 'run npm **ci** | code "npm **ci**"'],
    ['snake_case_name stays', 'snake_case_name stays'],
    ['2 * 3 ** 4', '2 * 3 ** 4'],
    ['** not bold **', '** not bold **'],
    ['**never closed', '**never closed'],
    ['see [the map](https://stoa.test/a_b)', 'see the map | link "the map" https://stoa.test/a_b'],
    ['[x](javascript:alert(1))', '[x](javascript:alert(1))'],
    ['https://stoa.test/a_b_c', 'https://stoa.test/a_b_c'],
    ['> one\n> two\nmine', 'one\ntwo\nmine | quote "one\ntwo"'],
    ['```ts\nlet a_b = 1;\n\nb_c\n```', 'let a_b = 1;\n\nb_c | pre "let a_b = 1;\n\nb_c" ts'],
    ['hello @leila.', 'hello @leila. | mention "@leila" leila'],
    ['mail me@leila and @nobody', 'mail me@leila and @nobody'],
    ['@all come', '@all come | mention "@all" all'],
    ['  **a**  ', 'a | bold "a"'],
    ['**👍🏽 ok**', '👍🏽 ok | bold "👍🏽 ok"'],
    ['**שלום** עולם', 'שלום עולם | bold "שלום"'],
  ])('%j is %j', (typed, read) => {
    expect(short(readMarks(typed, [leila], true))).toBe(read);
  });

  it('names everybody only where one may', () => {
    expect(readMarks('@all come', [leila]).entities).toEqual([]);
  });

  it.each([
    'a **bold _and italic_** word',
    '> one\n> two\nmine',
    '```ts\nlet a = 1;\n```',
    'see [the map](https://stoa.test/x) `code` ~~s~~ ||t||',
  ])('%j is the same after reading and writing', (typed) => {
    expect(writeMarks(readMarks(typed))).toBe(typed);
  });
});
