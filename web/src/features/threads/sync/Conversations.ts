/**
 * Everything about threads that lives as long as somebody is signed in: their logs, what is on its way out, who is
 * typing. News from the live connection comes in by `receive`; the log of the server is the truth, so whatever looks
 * incomplete is fetched. Components read it through the keyed stores.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { ClientFrame, ServerFrame } from '../../../api/frames.ts';
import { type ClientId, type Instant, type MemberId, newClientId, type ThreadId } from '../../../api/ids.ts';
import { isProblem } from '../../../api/problem.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import { getEvents, getThread, postMessage, putRead } from '../../../api/threads.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { KeyedStore } from '../../../lib/KeyedStore.ts';
import { pauseBeforeTry } from '../../../lib/live.ts';
import { Tray } from '../media/Tray.ts';
import { nextExpiry } from '../model/fold.ts';
import { emptyLog, hasGap, type Log, lastKnown, reduceLog } from '../model/log.ts';
import {
  nextToSend,
  type Outgoing,
  type OutgoingState,
  stillOutgoing,
  type Written,
} from '../model/outgoing.ts';
import { withDraft, withHidden } from '../model/own.ts';
import { withEvent, withRead, withReceipt } from '../model/unread.ts';
import { Changes } from './Changes.ts';
import { DraftSync } from './DraftSync.ts';
import { forgetOutgoing, loadOutgoing, saveOutgoing } from './outboxStorage.ts';
import { SettingsSync } from './SettingsSync.ts';
import { cachedThread, cachedThreads, dropThread, putThread } from './threadCache.ts';

const pageSize = 50;
/** What a live event may lag behind its neighbour before the hole is fetched. */
const gapPatienceMs = 400;
const typingLastsMs = 20_000;
const typingToldEachMs = 3_000;
/** A fault of the server is tried this often before the person is asked; a missing network, for ever. */
const faultsMax = 6;

const nothing: readonly Outgoing[] = [];
const nobody: readonly MemberId[] = [];

export type LogProblem = 'newest' | 'older' | null;

export class Conversations {
  readonly logs = new KeyedStore<ThreadId, Log>(emptyLog);
  readonly outgoing = new KeyedStore<ThreadId, readonly Outgoing[]>(nothing);
  readonly typing = new KeyedStore<ThreadId, readonly MemberId[]>(nobody);
  /** What is done to messages and not in the log yet. */
  readonly changes: Changes;
  /** What is about to be sent with the next message. */
  readonly tray = new Tray();
  /** What is half written, on all devices. */
  readonly drafts: DraftSync;
  /** What is muted, archived, pinned, filed: one's own. */
  readonly settings: SettingsSync;
  readonly online = new KeyedStore<MemberId, boolean>(false);
  /** What of a log could not be fetched; cleared by the next try. */
  readonly problems = new KeyedStore<ThreadId, LogProblem>(null);

  #me: MemberId;
  #client: QueryClient;
  #tell: (frame: ClientFrame) => boolean;
  #stopped = new AbortController();
  #loading = new Map<string, Promise<void>>();
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #typingToldAt = new Map<ThreadId, number>();
  /** How far has been read here; the server may not know of it yet. */
  #read = new Map<ThreadId, number>();
  #readUntold = new Set<ThreadId>();

  constructor(me: MemberId, client: QueryClient, tell: (frame: ClientFrame) => boolean) {
    this.#me = me;
    this.#client = client;
    this.#tell = tell;
    this.drafts = new DraftSync(me);
    this.settings = new SettingsSync(client);
    this.changes = new Changes(me, (change, seq) => {
      if (seq !== null) this.#reduce(change.thread, { type: 'heard-of', seq });
      else this.#own({ op: 'own', thread: change.thread, hidden: [change.of] });
    });
  }

  /** Takes up what an earlier page left unsent. */
  start(): void {
    this.#stopped = new AbortController();
    for (const item of loadOutgoing(this.#me)) {
      const others = this.outgoing.get(item.thread).filter((each) => each.clientId !== item.clientId);
      this.outgoing.set(item.thread, [...others, item]);
    }
    for (const thread of this.outgoing.keys()) this.#pump(thread);
    this.changes.start();
  }

  stop(): void {
    this.changes.stop();
    this.tray.stop();
    this.drafts.stop();
    this.#stopped.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  // Reading

  /** For the hello of the live connection: the newest number known of each thread. */
  resume(): Record<string, number> {
    return Object.fromEntries(
      cachedThreads(this.#client).map((thread) => {
        const log = this.logs.get(thread.id);
        return [thread.id, log.loaded ? lastKnown(log) : thread.lastSeq];
      }),
    );
  }

  /** Called after each opening of the live connection. */
  reconnected(): void {
    for (const thread of this.outgoing.keys()) this.#pump(thread, true);
    this.changes.resume();
    for (const thread of this.logs.keys()) this.#closeGapSoon(thread);
    for (const thread of this.#readUntold) this.#tellRead(thread);
  }

  loadNewest(thread: ThreadId): Promise<void> {
    return this.#once(`newest ${thread}`, async (signal) => {
      this.problems.set(thread, null);
      try {
        const page = await getEvents(thread, { limit: pageSize }, signal);
        this.#reduce(thread, { type: 'newest', ...page, limit: pageSize });
      } catch {
        if (!signal.aborted) this.problems.set(thread, 'newest');
      }
    });
  }

  loadOlder(thread: ThreadId): Promise<void> {
    const log = this.logs.get(thread);
    const first = log.events[0];
    if (!log.loaded || log.reachesStart || !first) return Promise.resolve();
    return this.#once(`older ${thread}`, async (signal) => {
      this.problems.set(thread, null);
      try {
        const page = await getEvents(thread, { before: first.seq, limit: pageSize }, signal);
        this.#reduce(thread, { type: 'older', events: page.events, limit: pageSize });
      } catch {
        if (!signal.aborted) this.problems.set(thread, 'older');
      }
    });
  }

  /** What follows the older part that is looked at. */
  loadNewer(thread: ThreadId): Promise<void> {
    const log = this.logs.get(thread);
    if (!log.detached) return Promise.resolve();
    return this.#once(`newer ${thread}`, async (signal) => {
      this.problems.set(thread, null);
      try {
        const page = await getEvents(thread, { after: lastKnown(log), limit: pageSize }, signal);
        this.#reduce(thread, { type: 'after', ...page });
      } catch {
        if (!signal.aborted) this.problems.set(thread, 'older');
      }
    });
  }

  /** Brings an event into the log with its neighbours; false when it is not there or could not be fetched. */
  async bring(thread: ThreadId, seq: number): Promise<boolean> {
    const isHere = () => this.logs.get(thread).events.some((event) => event.seq === seq);
    if (isHere()) return true;
    try {
      const after = Math.max(0, seq - pageSize / 2 - 1);
      const page = await getEvents(thread, { after, limit: pageSize }, this.#stopped.signal);
      if (page.events.some((event) => event.seq === seq))
        this.#reduce(thread, { type: 'around', seq, ...page });
    } catch {
      return false;
    }
    return isHere();
  }

  /** One event by its number, from the log or fetched; null when it cannot be seen. */
  async eventOf(thread: ThreadId, seq: number): Promise<Event | null> {
    const known = this.logs.get(thread).events.find((event) => event.seq === seq);
    if (known) return known;
    const page = await getEvents(thread, { after: seq - 1, limit: 1 }, this.#stopped.signal);
    return page.events.find((event) => event.seq === seq) ?? null;
  }

  receive(frame: ServerFrame): void {
    switch (frame.op) {
      case 'event':
        this.#arrived(frame.thread, frame.event);
        break;
      case 'thread':
        putThread(this.#client, this.adopt(frame.thread));
        void this.#client.invalidateQueries({ queryKey: queryKeys.folders });
        break;
      case 'gap':
        this.#reduce(frame.thread, { type: 'heard-of', seq: frame.to });
        this.#refetchThread(frame.thread);
        break;
      case 'receipt': {
        const thread = cachedThread(this.#client, frame.thread);
        if (!thread) break;
        const after = withReceipt(thread, frame, this.#me);
        if (after) putThread(this.#client, after);
        else this.#refetchThread(frame.thread);
        break;
      }
      case 'typing':
        if (frame.member !== this.#me) this.#setTyping(frame.thread, frame.member, frame.on);
        break;
      case 'left':
        this.#left(frame.thread);
        break;
      case 'own':
        this.#own(frame);
        break;
      case 'presence':
        this.online.set(frame.person, frame.online);
        break;
      default:
    }
  }

  /** The person has seen everything up to `seq`. */
  markRead(id: ThreadId, seq: number): void {
    const thread = cachedThread(this.#client, id);
    if (!thread || seq <= thread.readSeq) return;
    const after = this.logs.get(id).events.filter((event) => event.seq > seq);
    putThread(this.#client, withRead(thread, seq, after, this.#me));
    this.#read.set(id, seq);
    this.#after(`read ${id}`, 250, () => this.#tellRead(id));
  }

  /** A thread as it was fetched, perhaps before the server heard how far it has been read here. */
  adopt(thread: Thread): Thread {
    this.drafts.heard(thread.id, thread.draft);
    const seq = this.#read.get(thread.id) ?? 0;
    const after = this.logs.get(thread.id).events.filter((event) => event.seq > seq);
    return withRead(this.settings.adopt(thread), seq, after, this.#me);
  }

  // Writing

  /** The id is made by the caller, in the event handler; until the log tells of it the message is shown from here. */
  send(thread: ThreadId, message: Written): ClientId {
    const item: Outgoing = {
      clientId: newClientId(),
      thread,
      at: new Date().toISOString() as Instant,
      ...message,
      state: { name: 'queued', tries: 0 },
    };
    saveOutgoing(this.#me, item);
    this.outgoing.set(thread, [...this.outgoing.get(thread), item]);
    this.#typingToldAt.delete(thread);
    this.#pump(thread);
    return item.clientId;
  }

  retry(item: Outgoing): void {
    this.#become(item, { name: 'queued', tries: 0 });
    this.#pump(item.thread, true);
  }

  discard(item: Outgoing): void {
    forgetOutgoing(this.#me, item);
    const left = this.outgoing.get(item.thread).filter((each) => each.clientId !== item.clientId);
    this.outgoing.set(item.thread, left);
  }

  /** Called at each stroke; tells the others at most every three seconds. */
  tellTyping(thread: ThreadId, on: boolean): void {
    const now = Date.now();
    if (on && now - (this.#typingToldAt.get(thread) ?? 0) < typingToldEachMs) return;
    if (!on && !this.#typingToldAt.has(thread)) return;
    if (on) this.#typingToldAt.set(thread, now);
    else this.#typingToldAt.delete(thread);
    this.#tell({ op: 'typing', thread, on });
  }

  // Inside

  #tellRead(thread: ThreadId): void {
    const seq = this.#read.get(thread);
    if (seq === undefined) return;
    this.#readUntold.delete(thread);
    if (this.#tell({ op: 'read', thread, seq })) return;
    putRead(thread, seq).catch(() => this.#readUntold.add(thread));
  }

  /** No member any more: nothing of it is kept, neither here nor for a later visit. */
  #left(id: ThreadId): void {
    for (const item of this.outgoing.get(id)) forgetOutgoing(this.#me, item);
    this.outgoing.set(id, nothing);
    this.changes.drop(id);
    this.typing.set(id, nobody);
    this.logs.set(id, emptyLog);
    dropThread(this.#client, id);
  }

  #own({ thread: id, settings, draft, hidden }: Extract<ServerFrame, { op: 'own' }>): void {
    if (hidden) this.#reduce(id, { type: 'hidden', seqs: hidden });
    const thread = cachedThread(this.#client, id);
    if (!thread) return;
    let next = thread;
    if (settings) next = this.settings.heard(next, settings);
    if (draft) {
      next = withDraft(next, draft);
      this.drafts.heard(id, draft);
    }
    if (hidden) next = withHidden(next, hidden);
    putThread(this.#client, next);
    if (hidden && thread.unread > 0) this.#refetchThread(id);
  }

  #arrived(id: ThreadId, event: Event): void {
    this.#setTyping(id, event.sender, false);
    this.#reduce(id, { type: 'arrived', event });
    const thread = cachedThread(this.#client, id);
    const after = thread && withEvent(thread, event, this.#me);
    if (after) putThread(this.#client, after);
    // What a notice tells of, members, names and settings, is the thread's to say.
    if (!after || event.kind === 'system') this.#refetchThread(id);
    if (event.sender !== this.#me) {
      this.#after(`delivered ${id}`, 300, () => {
        const log = this.logs.get(id);
        const seq = log.loaded ? lastKnown(log) : (cachedThread(this.#client, id)?.lastSeq ?? 0);
        if (seq > 0) this.#tell({ op: 'delivered', thread: id, seq });
      });
    }
  }

  #reduce(thread: ThreadId, action: Parameters<typeof reduceLog>[1]): void {
    const log = reduceLog(this.logs.get(thread), action, this.#me);
    this.logs.set(thread, log);
    const before = this.outgoing.get(thread);
    const left = stillOutgoing(before, log.events);
    if (left !== before) {
      for (const item of before) if (!left.includes(item)) forgetOutgoing(this.#me, item);
      this.outgoing.set(thread, left);
    }
    this.changes.reached(thread, lastKnown(log));
    this.#expireInTime(thread, log);
    this.#closeGapSoon(thread);
  }

  /** What disappears does so while it is looked at, not at the next visit. */
  #expireInTime(thread: ThreadId, log: Log): void {
    const next = nextExpiry(log.events);
    if (next === null) return;
    // A timer holds at most 24 days; a longer one looks again on the way.
    const wait = Math.min(Math.max(0, next - Date.now()) + 50, 86_400_000);
    this.#after(`expire ${thread}`, wait, () => this.#reduce(thread, { type: 'expired', now: Date.now() }));
  }

  #closeGapSoon(thread: ThreadId): void {
    if (!hasGap(this.logs.get(thread))) return;
    this.#after(`gap ${thread}`, gapPatienceMs, () => void this.#closeGap(thread));
  }

  #closeGap(thread: ThreadId): Promise<void> {
    const log = this.logs.get(thread);
    if (!hasGap(log)) return Promise.resolve();
    // Far behind, the newest page serves better than walking through everything that was missed.
    if (log.newest - lastKnown(log) > 4 * pageSize) return this.loadNewest(thread);
    return this.#once(`gap ${thread}`, async (signal) => {
      try {
        const page = await getEvents(thread, { after: lastKnown(log), limit: pageSize }, signal);
        this.#reduce(thread, { type: 'after', ...page });
        if (page.events.length > 0) this.#client.invalidateQueries({ queryKey: queryKeys.thread(thread) });
      } catch {
        if (!signal.aborted) this.#after(`gap ${thread}`, 5_000, () => void this.#closeGap(thread));
      }
    });
  }

  #refetchThread(id: ThreadId): void {
    void this.#once(`thread ${id}`, async (signal) => {
      const thread = await getThread(id, signal).catch(() => null);
      if (thread) putThread(this.#client, this.adopt(thread));
    });
  }

  #setTyping(thread: ThreadId, member: MemberId, on: boolean): void {
    const now = this.typing.get(thread);
    const key = `typing ${thread} ${member}`;
    clearTimeout(this.#timers.get(key));
    if (on) {
      if (!now.includes(member)) this.typing.set(thread, [...now, member]);
      this.#after(key, typingLastsMs, () => this.#setTyping(thread, member, false));
    } else if (now.includes(member)) {
      this.typing.set(
        thread,
        now.filter((each) => each !== member),
      );
    }
  }

  #pump(thread: ThreadId, atOnce = false): void {
    const key = `send ${thread}`;
    if (this.#timers.has(key)) {
      if (!atOnce) return;
      clearTimeout(this.#timers.get(key));
      this.#timers.delete(key);
    }
    const item = nextToSend(this.outgoing.get(thread));
    if (item && !this.#stopped.signal.aborted) void this.#send(item);
  }

  async #send(item: Outgoing): Promise<void> {
    const tries = item.state.name === 'queued' ? item.state.tries : 0;
    this.#become(item, { name: 'sending', tries });
    const { clientId, text, entities, attachments, payload, replyTo, quote, thread } = item;
    try {
      const message = {
        clientId,
        ...(text === '' ? {} : { text }),
        ...(attachments === undefined
          ? {}
          : {
              attachments: attachments.map(({ payload: { media, caption } }) => ({
                media: media.id,
                ...(caption === undefined ? {} : { caption }),
              })),
            }),
        ...(payload === undefined ? {} : { payload }),
        ...(entities === undefined ? {} : { entities }),
        ...(replyTo === undefined ? {} : { replyTo }),
        ...(quote === undefined ? {} : { quote }),
      };
      const sent = await postMessage(thread, message, this.#stopped.signal);
      this.#become(item, { name: 'sent', seq: sent.seq });
      this.#reduce(thread, { type: 'heard-of', seq: sent.seq });
      this.#pump(thread);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      if (!isProblem(error)) throw error;
      const isFault = error.status >= 500;
      if (!error.isPassing || (isFault && tries + 1 >= faultsMax)) {
        this.#become(item, { name: 'failed', code: error.code });
        this.#pump(thread);
        return;
      }
      this.#become(item, { name: 'queued', tries: tries + 1 });
      const pause = error.retryAfterMs ?? pauseBeforeTry(tries, Math.random);
      this.#after(`send ${thread}`, pause, () => this.#pump(thread));
    }
  }

  #become(item: Outgoing, state: OutgoingState): void {
    const list = this.outgoing.get(item.thread);
    if (!list.some((each) => each.clientId === item.clientId)) return; // discarded, or told of by the log meanwhile
    const next = { ...item, state };
    if (state.name !== 'sending') saveOutgoing(this.#me, next);
    this.outgoing.set(
      item.thread,
      list.map((each) => (each.clientId === item.clientId ? next : each)),
    );
  }

  /** One of a kind at a time; a second caller waits for the first. */
  #once(key: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const running = this.#loading.get(key);
    if (running) return running;
    const promise = work(this.#stopped.signal).finally(() => this.#loading.delete(key));
    this.#loading.set(key, promise);
    return promise;
  }

  #after(key: string, ms: number, run: () => void): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => {
        this.#timers.delete(key);
        run();
      }, ms),
    );
  }
}
