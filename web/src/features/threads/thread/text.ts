/** Pure parts of showing a message's text. */

export interface TextPart {
  text: string;
  href: string | null;
}

const address = /\bhttps?:\/\/[^\s<>"']+|\bmailto:[^\s<>"']+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/giu;

/** Cuts a paragraph at its addresses. Only http, https and mailto become links. */
export function linkParts(paragraph: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of paragraph.matchAll(address)) {
    const text = withoutTail(match[0]);
    const href = safeHref(text);
    if (!href) continue;
    if (match.index > end) parts.push({ text: paragraph.slice(end, match.index), href: null });
    parts.push({ text, href });
    end = match.index + text.length;
  }
  if (end < paragraph.length) parts.push({ text: paragraph.slice(end), href: null });
  return parts;
}

/** A sentence's full stop is not part of the address in it, nor is a bracket that was opened before it. */
function withoutTail(text: string): string {
  let tail = text.replace(/[.,;:!?…'"]+$/u, '');
  if (tail.endsWith(')') && !tail.includes('(')) tail = tail.slice(0, -1);
  return tail;
}

export function safeHref(text: string): string | null {
  const candidate = /^[a-z]+:/i.test(text) ? text : `mailto:${text}`;
  if (!URL.canParse(candidate)) return null;
  const url = new URL(candidate);
  return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
}

const emoji = /^[\p{Extended_Pictographic}\p{Regional_Indicator}]/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One to three emoji and nothing else. */
export function isJumbo(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > 45) return false;
  const graphemes = [...segmenter.segment(trimmed)].map((each) => each.segment);
  return graphemes.length <= 3 && graphemes.every((each) => emoji.test(each));
}
