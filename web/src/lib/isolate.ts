import type { Direction } from './languages.ts';

const rightToLeft = /\p{Script=Hebrew}|\p{Script=Arabic}/u;
const leftToRight = /\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}|[0-9][^0-9]*[0-9]/u;
const plainNumber = /^[0-9]*$/;

/**
 * Text that is put into a sentence of the other direction, between U+2068 and U+2069, so that neither changes the
 * order of the other. Text of the sentence's own direction is left as it is.
 */
export function isolate(text: string, sentence: Direction): string {
  const isForeign =
    sentence === 'rtl' ? leftToRight.test(text) && !plainNumber.test(text) : rightToLeft.test(text);
  return isForeign ? `\u2068${text}\u2069` : text;
}
