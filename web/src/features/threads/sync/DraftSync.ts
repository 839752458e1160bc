/**
 * Drafts on all devices of a person: what is half written here is told when the hand rests, what another device wrote is
 * taken up unless something is being written here. The higher version wins, so order does not matter.
 */
import type { MemberId, ThreadId } from '../../../api/ids.ts';
import { putDraft } from '../../../api/own.ts';
import type { Draft } from '../../../api/types.ts';
import { draftOf, keepDraft } from './drafts.ts';

const restsAfterMs = 1000;

export class DraftSync {
  #me: MemberId;
  /** The highest version known of each thread. */
  #versions = new Map<ThreadId, number>();
  #timers = new Map<ThreadId, ReturnType<typeof setTimeout>>();

  constructor(me: MemberId) {
    this.#me = me;
  }

  /** Called at each stroke, and with an empty text when it was sent. */
  wrote(thread: ThreadId, text: string): void {
    keepDraft(this.#me, thread, text);
    clearTimeout(this.#timers.get(thread));
    this.#timers.set(
      thread,
      setTimeout(
        () => {
          this.#timers.delete(thread);
          this.#tell(thread);
        },
        text === '' ? 0 : restsAfterMs,
      ),
    );
  }

  /** What the server knows of it. */
  heard(thread: ThreadId, draft: Draft | undefined): void {
    if (!draft || draft.version <= (this.#versions.get(thread) ?? 0)) return;
    this.#versions.set(thread, draft.version);
    // Nothing that is being typed is taken out of the hand; it is told next and wins.
    if (!this.#timers.has(thread) && draftOf(this.#me, thread) !== draft.text)
      keepDraft(this.#me, thread, draft.text);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #tell(thread: ThreadId): void {
    const isEmpty = draftOf(this.#me, thread).trim() === '';
    // What was sent before anybody heard of it need not be taken away.
    if (isEmpty && !this.#versions.has(thread)) return;
    const version = Math.max(Date.now(), (this.#versions.get(thread) ?? 0) + 1);
    this.#versions.set(thread, version);
    putDraft(thread, { version, text: isEmpty ? '' : draftOf(this.#me, thread) }).then(
      (won) => this.heard(thread, won),
      // It is kept here; the next stroke tells it.
      () => undefined,
    );
  }
}
