import type { Event, QuickReply } from '../../api/types.ts';
import { ourPicture } from './ourPictures.ts';
import { webUrl } from './readTemplate.ts';

export interface ReadyReply {
  title: string;
  payload: string;
  image?: string | undefined;
  /** What the person gives instead of a payload. */
  gives?: 'user_email' | 'user_phone_number' | undefined;
}

/**
 * The quick replies that stand under the thread now: those of the newest message. They vanish with any later
 * message, whether it is a choice among them or something else; payments and system lines leave them.
 */
export function openQuickReplies(events: readonly Event[]): readonly QuickReply[] {
  return events.findLast(({ kind }) => kind === 'message')?.quickReplies ?? [];
}

/** Those that this client can send. A missing `content_type` is text; a payload may be missing where there is none. */
export function readQuickReplies(replies: readonly QuickReply[], page?: string): ReadyReply[] {
  return replies.slice(0, 13).flatMap((reply): ReadyReply[] => {
    if (reply.content_type === 'user_email' || reply.content_type === 'user_phone_number')
      return [{ title: '', payload: '', gives: reply.content_type }];
    if (
      (reply.content_type ?? 'text') !== 'text' ||
      typeof reply.title !== 'string' ||
      reply.title.trim() === ''
    )
      return [];
    // Bots send numbers as well; the server compares what it stored, so the text of the number is right.
    return [{ title: reply.title, payload: String(reply.payload ?? ''), image: pictureOf(reply, page) }];
  });
}

function pictureOf(reply: QuickReply, page: string | undefined): string | undefined {
  const url = webUrl(reply.image_url);
  return url && page ? ourPicture(page, String(reply.image_url)) : undefined;
}
