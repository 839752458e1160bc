import { describe, expect, it } from 'vitest';
import { readMarks } from '../model/markup.ts';
import { blocksOf, isJumbo, linkParts, safeHref } from './text.ts';

describe('Addresses in text', () => {
  it.each([
    ['see https://stoa.example/a?b=1.', ['see ', '[https://stoa.example/a?b=1]', '.']],
    ['(https://stoa.example)', ['(', '[https://stoa.example]', ')']],
    ['https://x.example/a_(b)', ['[https://x.example/a_(b)]']],
    ['write to zofia@example.org, please', ['write to ', '[zofia@example.org]', ', please']],
    ['javascript:alert(1) and data:text/html,x', ['javascript:alert(1) and data:text/html,x']],
    ['no address here', ['no address here']],
  ])('of "%s" are found', (text, parts) => {
    expect(linkParts(text).map((part) => (part.href ? `[${part.text}]` : part.text))).toEqual(parts);
  });

  it('never lead to a script', () => {
    expect(safeHref('javascript:alert(1)')).toBeNull();
    expect(safeHref('https://ok.example')).toBe('https://ok.example/');
  });
});

describe('Emoji alone', () => {
  it.each([
    ['❤️', true],
    ['👍🏽👨‍👩‍👧‍👦🇵🇱', true],
    ['👍👍👍👍', false],
    ['👍 ok', false],
    ['123', false],
    ['', false],
  ])('"%s" large: %s', (text, jumbo) => {
    expect(isJumbo(text)).toBe(jumbo);
  });
});

describe('Blocks of a text', () => {
  const drawn = (typed: string) => {
    const { text, entities } = readMarks(typed);
    return blocksOf(text, entities).map(({ kind, paragraphs }) => [
      kind,
      ...paragraphs.map((pieces) =>
        pieces.map(({ text: part, marks }) => [part, ...marks.map(({ type }) => type)].join('/')).join(' · '),
      ),
    ]);
  };
  it.each([
    ['one line', [['text', 'one line']]],
    ['a **b** c', [['text', 'a  · b/bold ·  c']]],
    ['**a _b_**', [['text', 'a /bold · b/bold/italic']]],
    ['one\n\ntwo', [['text', 'one', '', 'two']]],
    [
      'before\n> quoted\n> twice\nafter',
      [
        ['text', 'before'],
        ['quote', 'quoted', 'twice'],
        ['text', 'after'],
      ],
    ],
    [
      '```\na\n  b\n```\nso',
      [
        ['pre', 'a', '  b'],
        ['text', 'so'],
      ],
    ],
    ['**see https://stoa.test now**', [['text', 'see /bold · https://stoa.test/bold ·  now/bold']]],
  ])('of %j', (typed, blocks) => {
    expect(drawn(typed)).toEqual(blocks);
  });

  it('leave out marks that lie outside', () => {
    const outside = [{ type: 'bold', offset: 2, length: 9 } as const];
    expect(blocksOf('abc', outside)[0]?.paragraphs[0]?.[0]?.marks).toEqual([]);
  });
});
