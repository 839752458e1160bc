import type { Entity } from '../../../api/types.ts';

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

/** A run of text with the same marks. */
export interface Piece {
  text: string;
  href: string | null;
  marks: readonly Entity[];
}

/** Paragraphs of one sort: talk, a quote, or code that keeps its lines together. */
export interface Block {
  kind: 'text' | 'quote' | 'pre';
  language?: string | undefined;
  paragraphs: Piece[][];
}

/** Cuts a text at its blocks, paragraphs, entities and addresses. Entities that lie outside of the text are ignored. */
export function blocksOf(text: string, entities: readonly Entity[] = []): Block[] {
  const valid = entities.filter(
    ({ offset, length }) => offset >= 0 && length > 0 && offset + length <= text.length,
  );
  const blockEntities = valid
    .filter(({ type }) => type === 'pre' || type === 'quote')
    .sort((a, b) => a.offset - b.offset);
  const inline = valid.filter(({ type }) => type !== 'pre' && type !== 'quote');
  const blocks: Block[] = [];
  let at = 0;
  const add = (kind: Block['kind'], from: number, to: number, language?: string) => {
    // The line feeds around a block part it from what is before and after; they are not lines of their own.
    let [start, end] = [from, to];
    if (kind === 'text' && start > 0 && text[start] === '\n') start++;
    if (kind === 'text' && end < text.length && text[end - 1] === '\n') end--;
    if (end <= start) return;
    const paragraphs: Piece[][] = [];
    for (let line = start; line <= end; ) {
      const found = text.indexOf('\n', line);
      const stop = found === -1 || found > end ? end : found;
      paragraphs.push(
        kind === 'pre' ? plainPiece(text.slice(line, stop)) : piecesOf(text, line, stop, inline),
      );
      line = stop + 1;
    }
    blocks.push({ kind, paragraphs, ...(language === undefined ? {} : { language }) });
  };
  for (const entity of blockEntities) {
    if (entity.offset < at) continue;
    add('text', at, entity.offset);
    at = entity.offset + entity.length;
    add(entity.type === 'pre' ? 'pre' : 'quote', entity.offset, at, entity.language);
  }
  add('text', at, text.length);
  return blocks;
}

const plainPiece = (text: string): Piece[] => (text === '' ? [] : [{ text, href: null, marks: [] }]);

function piecesOf(text: string, from: number, to: number, entities: readonly Entity[]): Piece[] {
  const here = entities.filter(({ offset, length }) => offset < to && offset + length > from);
  const cuts = new Set([from, to]);
  for (const { offset, length } of here)
    for (const cut of [offset, offset + length]) if (cut > from && cut < to) cuts.add(cut);
  const borders = [...cuts].sort((a, b) => a - b);
  return borders.slice(0, -1).flatMap((start, index): Piece[] => {
    const end = borders[index + 1] ?? to;
    const marks = here.filter(({ offset, length }) => offset <= start && offset + length >= end);
    const part = text.slice(start, end);
    const link = marks.find(({ type }) => type === 'link');
    if (link) return [{ text: part, href: linkOf(link.url), marks }];
    if (marks.some(({ type }) => type === 'code' || type === 'mention'))
      return [{ text: part, href: null, marks }];
    return linkParts(part).map((piece) => ({ ...piece, marks }));
  });
}

function linkOf(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return ['http:', 'https:', 'mailto:', 'tel:'].includes(protocol) ? href : null;
}
