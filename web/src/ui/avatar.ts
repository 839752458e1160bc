/** Pure parts of avatars and tiles. */

/** First letters of the first and the last word; one for a single word. Whole graphemes, so that no letter breaks. */
export function initialsOf(name: string): string {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const words = name
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+/u, ''))
    .filter(Boolean);
  const first = (word: string | undefined) =>
    word === undefined ? '' : (segmenter.segment(word)[Symbol.iterator]().next().value?.segment ?? '');
  const last = words.length > 1 ? words.at(-1) : undefined;
  return (first(words[0]) + first(last)).toLocaleUpperCase();
}

function hashOf(id: string): number {
  let hash = 2166136261;
  for (const char of id) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0;
  return hash;
}

export const tintOf = (id: string) => (hashOf(id) % 6) + 1;

const tileTints = ['#123c66', '#5b6530', '#7b2d3b', '#1f2a36', '#215e54', '#5a4632'];
export const tileTintOf = (id: string) => tileTints[hashOf(id) % tileTints.length] ?? '#123c66';

/** Relative luminance by WCAG 2. */
export function luminance(hex: string): number {
  const channel = (start: number) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** White or ink, whichever reads better on a business's own colour. */
export const readableOn = (ground: string) =>
  contrast('#ffffff', ground) >= contrast('#16212d', ground) ? '#ffffff' : '#16212d';
