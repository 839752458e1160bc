import type { ClientId, Instant, ThreadId } from '../../../api/ids.ts';
import type { Entity, Event, MediaAttachment } from '../../../api/types.ts';

/** What a person writes: a message before it is one. */
export interface Written {
  text: string;
  entities?: Entity[];
  /** Uploaded already, as the message will tell of them. */
  attachments?: MediaAttachment[];
  payload?: string;
  replyTo?: number;
  quote?: string;
}

/** Something written here that the log does not have yet. Kept over a reload until it does. */
export interface Outgoing extends Written {
  clientId: ClientId;
  thread: ThreadId;
  /** When it was written, by this device. */
  at: Instant;
  state: OutgoingState;
}

export type OutgoingState =
  /** Waiting for its turn or for a connection. */
  | { name: 'queued'; tries: number }
  | { name: 'sending'; tries: number }
  /** Stored by the server under this number. */
  | { name: 'sent'; seq: number }
  /** Refused, with the code of the refusal. */
  | { name: 'failed'; code: string };

/** Without those that the log tells of: the server's event takes the place of the optimistic one. */
export function stillOutgoing(outgoing: readonly Outgoing[], events: readonly Event[]): readonly Outgoing[] {
  if (outgoing.length === 0) return outgoing;
  const known = new Set(events.map((event) => event.clientId).filter((id) => id !== undefined));
  const left = outgoing.filter((item) => !known.has(item.clientId));
  return left.length === outgoing.length ? outgoing : left;
}

/** The one to send next: in the order of writing, one at a time, past those that were refused. */
export function nextToSend(outgoing: readonly Outgoing[]): Outgoing | null {
  if (outgoing.some((item) => item.state.name === 'sending')) return null;
  return outgoing.find((item) => item.state.name === 'queued') ?? null;
}
