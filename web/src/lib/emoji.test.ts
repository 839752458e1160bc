import { describe, expect, it } from 'vitest';
import { emojiIn, sameEmoji } from './emoji.ts';

describe('Emoji', () => {
  it.each([
    ['👍🏽', '👍🏽'],
    ['x 👨‍👩‍👧‍👦!', '👨‍👩‍👧‍👦'],
    ['🇵🇱', '🇵🇱'],
    ['❤', '❤'],
    ['abc 12', null],
    ['', null],
  ])('in %j is %j', (text, emoji) => {
    expect(emojiIn(text)).toBe(emoji);
  });

  it('are the same with and without a variation selector', () => {
    expect(sameEmoji('❤', '❤️')).toBe(true);
    expect(sameEmoji('❤', '👍')).toBe(false);
    expect(sameEmoji(undefined, '👍')).toBe(false);
  });
});
