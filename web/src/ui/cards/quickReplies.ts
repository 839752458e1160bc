import type { Event, QuickReply } from '../../api/types.ts';
import { webUrl } from './readTemplate.ts';

export interface ReadyReply {
  title: string;
  payload: string;
  image?: string | undefined;
}

/**
 * The quick replies that stand under the thread now: those of the newest message. They vanish with any later
 * message, whether it is a choice among them or something else; payments and system lines leave them.
 */
export function openQuickReplies(events: readonly Event[]): readonly QuickReply[] {
  return events.findLast(({ kind }) => kind === 'message')?.quickReplies ?? [];
}

/** Those that this client can send. A missing `content_type` is text; a payload may be missing where there is none. */
export function readQuickReplies(replies: readonly QuickReply[]): ReadyReply[] {
  return replies.slice(0, 13).flatMap((reply) => {
    if (
      (reply.content_type ?? 'text') !== 'text' ||
      typeof reply.title !== 'string' ||
      reply.title.trim() === ''
    )
      return [];
    // Bots send numbers as well; the server compares what it stored, so the text of the number is right.
    return [{ title: reply.title, payload: String(reply.payload ?? ''), image: webUrl(reply.image_url) }];
  });
}
