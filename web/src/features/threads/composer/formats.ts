import type { TFunction } from 'i18next';
import { Bold, Code, EyeOff, Italic, Link, type LucideIcon, Strikethrough, TextQuote } from 'lucide-react';

export interface Format {
  type: 'bold' | 'italic' | 'strike' | 'code' | 'spoiler' | 'quote' | 'link';
  icon: LucideIcon;
  /** With Ctrl. */
  key?: string;
  shift?: true;
  open: string;
  close: string;
  label: (t: TFunction<'threads'>) => string;
}

/** Ways to mark a text: one object for menu and key. */
export const formats: readonly Format[] = [
  { type: 'bold', icon: Bold, key: 'b', open: '**', close: '**', label: (t) => t('format.bold') },
  { type: 'italic', icon: Italic, key: 'i', open: '_', close: '_', label: (t) => t('format.italic') },
  {
    type: 'strike',
    icon: Strikethrough,
    key: 'x',
    shift: true,
    open: '~~',
    close: '~~',
    label: (t) => t('format.strike'),
  },
  { type: 'code', icon: Code, key: 'e', open: '`', close: '`', label: (t) => t('format.code') },
  { type: 'link', icon: Link, open: '[', close: '](https://)', label: (t) => t('format.link') },
  { type: 'quote', icon: TextQuote, open: '> ', close: '', label: (t) => t('format.quote') },
  { type: 'spoiler', icon: EyeOff, open: '||', close: '||', label: (t) => t('format.spoiler') },
];

export const formatOfKey = (key: string, shift: boolean) =>
  formats.find((format) => format.key === key.toLowerCase() && Boolean(format.shift) === shift);

/** The text with marks around what is selected, or taken away where they stand already; and what is selected then. */
export function withFormat(
  text: string,
  from: number,
  to: number,
  { type, open, close }: Format,
): { text: string; from: number; to: number } {
  if (type === 'quote') {
    const start = text.lastIndexOf('\n', from - 1) + 1;
    const lines = text.slice(start, to).split('\n');
    const isQuoted = lines.every((line) => line.startsWith(open));
    const marked = lines.map((line) => (isQuoted ? line.slice(open.length) : open + line)).join('\n');
    const next = text.slice(0, start) + marked + text.slice(to);
    return { text: next, from: start + marked.length, to: start + marked.length };
  }
  const [before, inside, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  if (before.endsWith(open) && after.startsWith(close) && close !== '')
    return {
      text: before.slice(0, -open.length) + inside + after.slice(close.length),
      from: from - open.length,
      to: to - open.length,
    };
  const next = before + open + inside + close + after;
  // Of a link the address is written next.
  if (type === 'link' && inside !== '') {
    const end = from + open.length + inside.length + close.length - 1;
    return { text: next, from: end, to: end };
  }
  return { text: next, from: from + open.length, to: to + open.length };
}
