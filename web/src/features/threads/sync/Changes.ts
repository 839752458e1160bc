/**
 * What one does to messages: shown at once, sent in the order of doing, tried again until it is stored or refused.
 * Ids are made before the first try, so a second try changes nothing twice; what a closed page left is taken up.
 */
import { type Instant, type MemberId, newClientId, type ThreadId } from '../../../api/ids.ts';
import {
  type Changed,
  deleteReaction,
  editMessage,
  hideMessage,
  putReaction,
  setPinned,
  unsendMessage,
} from '../../../api/messages.ts';
import { isProblem } from '../../../api/problem.ts';
import { KeyedStore } from '../../../lib/KeyedStore.ts';
import { pauseBeforeTry } from '../../../lib/live.ts';
import { readStored, storedKeys, writeStored } from '../../../lib/stored.ts';
import { type PendingChange, type Wish, withWish } from '../model/pending.ts';

const nothing: readonly PendingChange[] = [];
const faultsMax = 6;
/** As long as a toast with *Undo* stands. */
const undoForMs = 6500;

export interface FailedChange {
  change: PendingChange;
  code: string;
}

export class Changes {
  readonly pending = new KeyedStore<ThreadId, readonly PendingChange[]>(nothing);
  /** The last one that was refused, until somebody has said so. */
  readonly failed = new KeyedStore<ThreadId, FailedChange | null>(null);

  #me: MemberId;
  #onStored: (change: PendingChange, seq: number | null) => void;
  #stopped = new AbortController();
  #sending = new Set<string>();
  #timers = new Map<ThreadId, ReturnType<typeof setTimeout>>();
  /** Not to be sent before the time to undo them is over. */
  #held = new Set<string>();
  #tries = new Map<string, number>();

  /** @param onStored called with the number of the change's event; null for one that has none. */
  constructor(me: MemberId, onStored: (change: PendingChange, seq: number | null) => void) {
    this.#me = me;
    this.#onStored = onStored;
  }

  start(): void {
    this.#stopped = new AbortController();
    const left = storedKeys(this.#prefix).flatMap((key) => parse(readStored(key)));
    for (const change of left.sort((a, b) => a.at.localeCompare(b.at)))
      this.#set(
        change.thread,
        withWish(this.pending.get(change.thread), change, () => false),
      );
    this.resume();
  }

  stop(): void {
    this.#stopped.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#sending.clear();
  }

  /** Tries what waits, at once. */
  resume(): void {
    for (const thread of this.pending.keys()) this.#pump(thread, true);
  }

  wish(thread: ThreadId, of: number, wish: Wish): void {
    const change = this.#make(thread, of, wish);
    const before = this.pending.get(thread);
    const after = withWish(
      before,
      change,
      (each) => this.#sending.has(each.clientId) || each.seq !== undefined,
    );
    for (const each of before) if (!after.includes(each)) this.#forget(each);
    this.#set(thread, after);
    this.#pump(thread, true);
  }

  /**
   * Shows a wish at once and sends it when the time to undo it is over, or the page goes. Gives back what undoes it.
   */
  wishLater(thread: ThreadId, of: number, wish: Wish): () => void {
    const change = this.#make(thread, of, wish);
    this.#held.add(change.clientId);
    this.#set(thread, [...this.pending.get(thread), change]);
    const tell = () => {
      if (!this.#held.delete(change.clientId)) return;
      clearTimeout(timer);
      removeEventListener('pagehide', tell);
      this.#pump(thread, true);
    };
    const timer = setTimeout(tell, undoForMs);
    addEventListener('pagehide', tell);
    return () => {
      if (!this.#held.delete(change.clientId)) return;
      clearTimeout(timer);
      removeEventListener('pagehide', tell);
      this.#forget(change);
      this.#take(change);
    };
  }

  #make(thread: ThreadId, of: number, wish: Wish): PendingChange {
    const change: PendingChange = {
      clientId: newClientId(),
      thread,
      of,
      at: new Date().toISOString() as Instant,
      wish,
    };
    writeStored(this.#prefix + change.clientId, JSON.stringify(change));
    return change;
  }

  /** The log has come up to this number: what is stored by then shows without us. */
  reached(thread: ThreadId, seq: number): void {
    const before = this.pending.get(thread);
    const left = before.filter((each) => each.seq === undefined || each.seq > seq);
    if (left.length !== before.length) this.#set(thread, left);
  }

  drop(thread: ThreadId): void {
    for (const each of this.pending.get(thread)) this.#forget(each);
    this.#set(thread, nothing);
  }

  get #prefix(): string {
    return `stoa.change.${this.#me}.`;
  }

  #set(thread: ThreadId, pending: readonly PendingChange[]): void {
    this.pending.set(thread, pending);
  }

  #forget(change: PendingChange): void {
    writeStored(this.#prefix + change.clientId, null);
    this.#tries.delete(change.clientId);
  }

  #pump(thread: ThreadId, atOnce = false): void {
    const timer = this.#timers.get(thread);
    if (timer !== undefined) {
      if (!atOnce) return;
      clearTimeout(timer);
      this.#timers.delete(thread);
    }
    const waiting = this.pending
      .get(thread)
      .filter((each) => each.seq === undefined && !this.#held.has(each.clientId));
    if (this.#stopped.signal.aborted || waiting.some((each) => this.#sending.has(each.clientId))) return;
    const [next] = waiting;
    if (next) void this.#send(next);
  }

  async #send(change: PendingChange): Promise<void> {
    const { thread, clientId } = change;
    this.#sending.add(clientId);
    try {
      const done = await carryOut(change, this.#stopped.signal);
      this.#forget(change);
      if (done) {
        const stored = { ...change, seq: done.seq };
        this.#set(
          thread,
          this.pending.get(thread).map((each) => (each.clientId === clientId ? stored : each)),
        );
      } else this.#take(change);
      this.#onStored(change, done?.seq ?? null);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      if (!isProblem(error)) throw error;
      const tries = (this.#tries.get(clientId) ?? 0) + 1;
      this.#tries.set(clientId, tries);
      if (error.isPassing && (error.status < 500 || tries < faultsMax)) {
        const pause = error.retryAfterMs ?? pauseBeforeTry(tries - 1, Math.random);
        this.#timers.set(
          thread,
          setTimeout(() => {
            this.#timers.delete(thread);
            this.#pump(thread);
          }, pause),
        );
        return;
      }
      this.#forget(change);
      this.#take(change);
      this.failed.set(thread, { change, code: error.code });
    } finally {
      this.#sending.delete(clientId);
    }
    this.#pump(thread);
  }

  #take(change: PendingChange): void {
    this.#set(
      change.thread,
      this.pending.get(change.thread).filter((each) => each.clientId !== change.clientId),
    );
  }
}

function carryOut(change: PendingChange, signal: AbortSignal): Promise<Changed | undefined> {
  const { thread, of, clientId, wish } = change;
  switch (wish.kind) {
    case 'edit': {
      const { text, entities } = wish;
      return editMessage(thread, of, { clientId, text, ...(entities ? { entities } : {}) }, signal);
    }
    case 'unsend':
      return unsendMessage(thread, of, clientId, signal);
    case 'hide':
      return hideMessage(thread, of, signal).then(() => undefined);
    case 'reaction':
      return wish.emoji === null
        ? deleteReaction(thread, of, signal)
        : putReaction(thread, of, { clientId, emoji: wish.emoji }, signal);
    case 'pin':
      return setPinned(thread, of, wish.pinned, signal);
  }
}

function parse(json: string | null): PendingChange[] {
  try {
    const change = JSON.parse(json ?? '') as PendingChange;
    return change.clientId && change.thread && change.wish ? [change] : [];
  } catch {
    return [];
  }
}
