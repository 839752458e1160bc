/**
 * How text is marked while it is typed: **bold**, _italic_, ~~strike~~, `code`, ||spoiler||, [text](address), lines
 * that begin with "> ", and ``` around lines. Sent are clean text and entities; editing writes the marks again.
 */
import type { MemberId } from '../../../api/ids.ts';
import type { Entity, EntityType, Member } from '../../../api/types.ts';

export interface Marked {
  text: string;
  entities: Entity[];
}

/** Longer marks first: `**` must not be read as two of `*`. */
const inline: readonly { mark: string; type: EntityType }[] = [
  { mark: '**', type: 'bold' },
  { mark: '~~', type: 'strike' },
  { mark: '||', type: 'spoiler' },
  { mark: '_', type: 'italic' },
];
const markOf = new Map(inline.map(({ mark, type }) => [type, mark]));
const isWord = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
const entitiesMax = 100;

/** Reads marks. What is not closed, or closes around nothing, stays as it was typed. */
export function readMarks(typed: string, members: readonly Member[] = [], mayNameAll = false): Marked {
  const entities: Entity[] = [];
  let text = '';
  const lines = typed.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (text !== '' || index > 0) text += '\n';
    const fence = /^```([\w+#-]*)$/.exec(line.trim());
    const end = fence ? lines.findIndex((each, at) => at > index && each.trim() === '```') : -1;
    if (fence && end > index + 1) {
      const code = lines.slice(index + 1, end).join('\n');
      entities.push({
        type: 'pre',
        offset: text.length,
        length: code.length,
        ...(fence[1] ? { language: fence[1] } : {}),
      });
      text += code;
      index = end;
      continue;
    }
    const quoted = /^>\s?(?=\S)/.exec(line);
    const start = text.length;
    const read = readInline(
      quoted ? line.slice(quoted[0].length) : line,
      start,
      entities,
      members,
      mayNameAll,
    );
    text += read;
    if (quoted && read.length > 0) {
      const before = entities.findLast((each) => each.type === 'quote');
      if (before && before.offset + before.length === start - 1) before.length += 1 + read.length;
      else entities.push({ type: 'quote', offset: start, length: read.length });
    }
  }
  return trimmed({ text, entities });
}

function readInline(
  line: string,
  start: number,
  entities: Entity[],
  members: readonly Member[],
  mayNameAll: boolean,
): string {
  let out = '';
  let at = 0;
  while (at < line.length) {
    const rest = line.slice(at);
    const code = /^`([^`]+)`/.exec(rest);
    if (code?.[1]) {
      entities.push({ type: 'code', offset: start + out.length, length: code[1].length });
      out += code[1];
      at += code[0].length;
      continue;
    }
    const link = /^\[([^\]]+)\]\(((?:https?:\/\/|mailto:|tel:)[^\s)]+)\)/i.exec(rest);
    if (link?.[1] && link[2]) {
      const offset = start + out.length;
      const inner = readInline(link[1], offset, entities, members, mayNameAll);
      entities.push({ type: 'link', offset, length: inner.length, url: link[2] });
      out += inner;
      at += link[0].length;
      continue;
    }
    const address = /^(?:https?:\/\/|www\.)\S+/i.exec(rest);
    if (address && !isWord(line[at - 1])) {
      out += address[0];
      at += address[0].length;
      continue;
    }
    const named = isWord(line[at - 1]) ? null : /^@([a-z0-9_.]{2,32})/i.exec(rest);
    const mention = named?.[1] && memberOf(named[1], members, mayNameAll);
    if (mention) {
      entities.push({
        type: 'mention',
        offset: start + out.length,
        length: mention.length + 1,
        person: mention.person,
      });
      out += rest.slice(0, mention.length + 1);
      at += mention.length + 1;
      continue;
    }
    const found = inline.find(({ mark }) => rest.startsWith(mark));
    const closes = found ? closingOf(line, at, found.mark) : -1;
    if (found && closes > 0) {
      const offset = start + out.length;
      const inside = line.slice(at + found.mark.length, closes);
      const inner = readInline(inside, offset, entities, members, mayNameAll);
      entities.push({ type: found.type, offset, length: inner.length });
      out += inner;
      at = closes + found.mark.length;
      continue;
    }
    out += line[at];
    at++;
  }
  return out;
}

/** Where a mark closes; -1 when it does not. Marks hug what they mark, and `snake_case` is no italic. */
function closingOf(line: string, at: number, mark: string): number {
  const first = line[at + mark.length];
  if (first === undefined || /\s/.test(first) || (mark === '_' && isWord(line[at - 1]))) return -1;
  for (let end = line.indexOf(mark, at + mark.length + 1); end !== -1; end = line.indexOf(mark, end + 1)) {
    if (/\s/.test(line[end - 1] ?? '')) continue;
    if (mark === '_' && isWord(line[end + 1])) continue;
    return end;
  }
  return -1;
}

/** A full stop after a handle is the sentence's. */
function memberOf(
  typed: string,
  members: readonly Member[],
  mayNameAll: boolean,
): { person: MemberId | 'all'; length: number } | null {
  for (let handle = typed.toLowerCase(); handle !== ''; handle = handle.slice(0, -1)) {
    if (mayNameAll && handle === 'all') return { person: 'all', length: handle.length };
    const member = members.find((each) => each.kind === 'person' && each.handle === handle);
    if (member) return { person: member.id, length: handle.length };
    if (!handle.endsWith('.') && !handle.endsWith('_')) return null;
  }
  return null;
}

/** Without white space at the ends, with entities cut to what is left of them. */
function trimmed({ text, entities }: Marked): Marked {
  const clean = text.trim();
  const from = text.indexOf(clean);
  const cut = entities.flatMap((each) => {
    const offset = Math.max(0, each.offset - from);
    const length = Math.min(clean.length, each.offset + each.length - from) - offset;
    return length > 0 ? [{ ...each, offset, length }] : [];
  });
  return {
    text: clean,
    entities: cut.sort((a, b) => a.offset - b.offset || b.length - a.length).slice(0, entitiesMax),
  };
}

/** The text with its marks, for editing. Entities that have no mark are lost, which is what the field shows. */
export function writeMarks({
  text,
  entities = [],
}: {
  text: string;
  entities?: readonly Entity[] | undefined;
}): string {
  const opens = new Map<number, string>();
  const closes = new Map<number, string>();
  const put = (at: number, end: number, open: string, close: string) => {
    opens.set(at, (opens.get(at) ?? '') + open);
    closes.set(end, close + (closes.get(end) ?? ''));
  };
  for (const { type, offset, length, url, language } of [...entities].sort(
    (a, b) => a.offset - b.offset || b.length - a.length,
  )) {
    const end = offset + length;
    const mark = markOf.get(type);
    if (mark) put(offset, end, mark, mark);
    else if (type === 'code') put(offset, end, '`', '`');
    else if (type === 'pre') put(offset, end, `\`\`\`${language ?? ''}\n`, '\n```');
    else if (type === 'link' && url) put(offset, end, '[', `](${url})`);
    else if (type === 'quote')
      for (let at = offset; at < end; at = text.indexOf('\n', at) + 1 || end)
        opens.set(at, `> ${opens.get(at) ?? ''}`);
  }
  let out = '';
  for (let at = 0; at <= text.length; at++)
    out += (closes.get(at) ?? '') + (opens.get(at) ?? '') + (text[at] ?? '');
  return out;
}
