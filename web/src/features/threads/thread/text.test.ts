import { describe, expect, it } from 'vitest';
import { isJumbo, linkParts, safeHref } from './text.ts';

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
