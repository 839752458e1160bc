/** Emoji as reactions: one picture, whatever it is made of. */

export const quickReactions = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const;

/** ❤ and ❤️ are one. */
export const sameEmoji = (a: string | undefined, b: string | undefined) =>
  a?.replace(/\uFE0F/g, '') === b?.replace(/\uFE0F/g, '');

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const pictures = (() => {
  // The flag is newer than the browsers we compile for.
  const flags: string = 'v';
  try {
    return new RegExp('^\\p{RGI_Emoji}$', flags);
  } catch {
    // Browsers before 2023 do not know sets of strings; the server has the last word.
    return /^[\p{Extended_Pictographic}\p{Regional_Indicator}]/u;
  }
})();

/** The first emoji in what was typed or pasted; null when there is none. */
export function emojiIn(text: string): string | null {
  for (const { segment } of segmenter.segment(text))
    if (pictures.test(segment) || pictures.test(`${segment}\uFE0F`)) return segment;
  return null;
}
