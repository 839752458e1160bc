import type { ClientId, EventId, Instant, MemberId, ThreadId } from './ids.ts';
import type { Draft, Event, Purchase, Thread } from './types.ts';

/** What one has set for oneself in a thread; a member that is missing is as before. */
export interface OwnSettings {
  /** Rises with each change; only what the server says has one. */
  version?: number;
  mutedUntil?: Instant | 'always' | null;
  archived?: boolean;
  pinned?: boolean;
  markedUnread?: boolean;
  folder?: string | null;
}

/** Frames of the live gateway (docs/protocol/live.md) that concern the screen. */
export type ServerFrame =
  | { op: 'event'; thread: ThreadId; event: Event }
  | { op: 'thread'; thread: Thread }
  | { op: 'gap'; thread: ThreadId; from: number; to: number }
  | { op: 'receipt'; thread: ThreadId; member: MemberId; read: number; delivered: number }
  | { op: 'typing'; thread: ThreadId; member: MemberId; on: boolean }
  | { op: 'presence'; person: MemberId; online: boolean }
  | { op: 'left'; thread: ThreadId }
  | { op: 'own'; thread: ThreadId; settings?: OwnSettings; draft?: Draft; hidden?: number[] }
  | { op: 'purchase'; purchase: Purchase }
  | { op: 'money'; id: string; version: number }
  | {
      op: 'sent';
      clientId: ClientId;
      thread: ThreadId;
      seq: number;
      id: EventId;
      at: Instant;
      repeat: boolean;
    }
  | { op: 'error'; code: string; message: string; clientId?: ClientId };

export type ClientFrame =
  | { op: 'typing'; thread: ThreadId; on: boolean }
  | { op: 'delivered'; thread: ThreadId; seq: number }
  | { op: 'read'; thread: ThreadId; seq: number };
