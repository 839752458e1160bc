import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientFrame } from '../../../api/frames.ts';
import type { EventId, Instant, MemberId, ThreadId } from '../../../api/ids.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { Conversations } from './Conversations.ts';
import { cachedThread } from './threadCache.ts';

const me = 'me' as MemberId;
const leila = 'leila' as MemberId;
const id = '7' as ThreadId;

/** A server of one thread, that can be silent, refuse, or forget to answer after it has stored. */
class FakeServer {
  log: Event[] = [];
  mode: 'answers' | 'unreachable' | 'stores-but-breaks' | { refuses: number; code: string } = 'answers';
  posts = 0;

  say(sender: MemberId, text: string, clientId?: string): Event {
    const seq = this.log.length + 1;
    const event: Event = {
      seq,
      id: `e${seq}` as EventId,
      kind: 'message',
      sender,
      at: new Date(Date.UTC(2026, 10, 20, 9, seq)).toISOString() as Instant,
      text,
      ...(clientId ? { clientId: clientId as NonNullable<Event['clientId']> } : {}),
    };
    this.log.push(event);
    return event;
  }

  thread(): Thread {
    const last = this.log.at(-1);
    return {
      id,
      kind: 'direct',
      title: 'Leila',
      lastSeq: this.log.length,
      readSeq: 0,
      unread: this.log.filter((event) => event.sender !== me).length,
      ...(last ? { lastEvent: last } : {}),
      updatedAt: last?.at ?? ('2026-11-20T09:00:00.000Z' as Instant),
      members: [
        { id: me, kind: 'person', name: 'Me', handle: 'me', readSeq: 0, deliveredSeq: 0 },
        { id: leila, kind: 'person', name: 'Leila', handle: 'leila', readSeq: 0, deliveredSeq: 0 },
      ],
    };
  }

  readonly fetch = async (path: string, init: RequestInit): Promise<Response> => {
    const url = new URL(path, 'http://stoa.test');
    if (this.mode === 'unreachable') throw new TypeError('no network');
    if (init.method === 'POST') {
      this.posts++;
      const { clientId, text } = JSON.parse(String(init.body)) as { clientId: string; text: string };
      if (typeof this.mode === 'object')
        return Response.json(
          { code: this.mode.code, status: this.mode.refuses },
          { status: this.mode.refuses },
        );
      const event = this.log.find((each) => each.clientId === clientId) ?? this.say(me, text, clientId);
      if (this.mode === 'stores-but-breaks') throw new TypeError('connection reset');
      return Response.json({ seq: event.seq, id: event.id, at: event.at }, { status: 201 });
    }
    if (url.pathname.endsWith('/events')) {
      const after = Number(url.searchParams.get('after') ?? 0);
      const limit = Number(url.searchParams.get('limit'));
      const rest = this.log.filter((event) => event.seq > after);
      const events = url.searchParams.has('after') ? rest.slice(0, limit) : rest.slice(-limit);
      return Response.json({ events, lastSeq: this.log.length });
    }
    if (init.method === 'PUT') return new Response(null, { status: 204 });
    return Response.json(this.thread());
  };
}

let server: FakeServer;
let client: QueryClient;
let conversations: Conversations;
let told: ClientFrame[];
let isConnected: boolean;

const begin = () => {
  const made = new Conversations(me, client, (frame) => {
    if (isConnected) told.push(frame);
    return isConnected;
  });
  made.start();
  return made;
};
/** Lets promises and timers run for this long. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const texts = () => conversations.logs.get(id).events.map((event) => event.text);
const outgoing = () => conversations.outgoing.get(id).map((item) => `${item.text} ${item.state.name}`);

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  server = new FakeServer();
  told = [];
  isConnected = true;
  vi.stubGlobal('fetch', server.fetch);
  server.say(leila, 'hello');
  client = new QueryClient();
  client.setQueryData(queryKeys.threads, {
    pages: [{ threads: [server.thread()], next: null }],
    pageParams: [undefined],
  });
  conversations = begin();
});
afterEach(() => {
  conversations.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('Sending', () => {
  beforeEach(async () => {
    await conversations.loadNewest(id);
  });

  it('shows the message at once and the stored one in its place, once', async () => {
    conversations.send(id, { text: 'on my way' });
    expect(outgoing()).toEqual(['on my way sending']);
    await pass(0);
    expect(outgoing()).toEqual(['on my way sent']);
    conversations.receive({ op: 'event', thread: id, event: server.log[1] as Event });
    expect(outgoing()).toEqual([]);
    expect(texts()).toEqual(['hello', 'on my way']);
  });

  it('fetches the stored message itself when no news of it comes', async () => {
    conversations.send(id, { text: 'on my way' });
    await pass(1000);
    expect(texts()).toEqual(['hello', 'on my way']);
    expect(outgoing()).toEqual([]);
  });

  it('keeps the order of writing over a lost connection', async () => {
    server.mode = 'unreachable';
    conversations.send(id, { text: 'one' });
    conversations.send(id, { text: 'two' });
    await pass(3000);
    expect(outgoing()).toEqual(['one queued', 'two queued']);
    server.mode = 'answers';
    await pass(60_000);
    expect(texts()).toEqual(['hello', 'one', 'two']);
  });

  it('makes one message when the answer to the first try was lost', async () => {
    server.mode = 'stores-but-breaks';
    conversations.send(id, { text: 'once' });
    await pass(0);
    server.mode = 'answers';
    await pass(60_000);
    expect(texts()).toEqual(['hello', 'once']);
    expect(server.posts).toBeGreaterThan(1);
  });

  it('goes on at once when the connection is back', async () => {
    server.mode = 'unreachable';
    conversations.send(id, { text: 'one' });
    await pass(0);
    server.mode = 'answers';
    conversations.reconnected();
    await pass(0);
    expect(outgoing()).toEqual(['one sent']);
  });

  it('is taken up by the next page under the same ids', async () => {
    server.mode = 'stores-but-breaks';
    conversations.send(id, { text: 'written before the reload' });
    await pass(0);
    conversations.stop();
    server.mode = 'answers';
    conversations = begin();
    expect(outgoing()).toEqual(['written before the reload sending']);
    await pass(0);
    await conversations.loadNewest(id);
    expect(texts()).toEqual(['hello', 'written before the reload']);
    expect(outgoing()).toEqual([]);
    expect(Object.keys(localStorage)).toEqual([]);
  });

  it('shows a refusal, lets others pass, and can be tried again or thrown away', async () => {
    server.mode = { refuses: 400, code: 'payload_not_offered' };
    conversations.send(id, { text: 'refused' });
    await pass(0);
    server.mode = 'answers';
    conversations.send(id, { text: 'other' });
    await pass(1000);
    expect(outgoing()).toEqual(['refused failed']);
    const refused = conversations.outgoing.get(id)[0];
    if (!refused) throw new Error('the refused message is gone');
    conversations.retry(refused);
    await pass(1000);
    expect(texts()).toEqual(['hello', 'other', 'refused']);

    server.mode = { refuses: 400, code: 'x' };
    conversations.send(id, { text: 'thrown away' });
    await pass(0);
    for (const item of conversations.outgoing.get(id)) conversations.discard(item);
    expect(outgoing()).toEqual([]);
    expect(Object.keys(localStorage)).toEqual([]);
  });

  it('gives a faulty server six tries, then asks the person', async () => {
    server.mode = { refuses: 500, code: 'fault' };
    conversations.send(id, { text: 'x' });
    await pass(10 * 60_000);
    expect(server.posts).toBe(6);
    expect(outgoing()).toEqual(['x failed']);
  });
});

describe('News', () => {
  it('closes a hole by fetching what is between', async () => {
    await conversations.loadNewest(id);
    server.say(leila, 'two');
    const third = server.say(leila, 'three');
    conversations.receive({ op: 'event', thread: id, event: third });
    expect(texts()).toEqual(['hello']);
    await pass(1000);
    expect(texts()).toEqual(['hello', 'two', 'three']);
    expect(cachedThread(client, id)?.unread).toBe(3);
  });

  it('of a gap is fetched, and the inbox asks the server', async () => {
    await conversations.loadNewest(id);
    for (let count = 0; count < 9; count++) server.say(leila, 'x');
    conversations.receive({ op: 'gap', thread: id, from: 1, to: 10 });
    await pass(1000);
    expect(texts()).toHaveLength(10);
    expect(cachedThread(client, id)).toMatchObject({ lastSeq: 10, unread: 10 });
  });

  it('counts as unread once, and is told of as delivered', async () => {
    const event = server.say(leila, 'two');
    conversations.receive({ op: 'event', thread: id, event });
    conversations.receive({ op: 'event', thread: id, event });
    await pass(1000);
    expect(cachedThread(client, id)).toMatchObject({ unread: 2, lastSeq: 2 });
    expect(told).toEqual([{ op: 'delivered', thread: id, seq: 2 }]);
  });

  it('of typing ends with a message, or by itself', async () => {
    conversations.receive({ op: 'typing', thread: id, member: leila, on: true });
    expect(conversations.typing.get(id)).toEqual([leila]);
    conversations.receive({ op: 'event', thread: id, event: server.say(leila, 'two') });
    expect(conversations.typing.get(id)).toEqual([]);
    conversations.receive({ op: 'typing', thread: id, member: leila, on: true });
    await pass(20_000);
    expect(conversations.typing.get(id)).toEqual([]);
  });

  it('of leaving takes the conversation away with all that is kept of it', async () => {
    await conversations.loadNewest(id);
    server.mode = 'unreachable';
    conversations.send(id, { text: 'too late' });
    conversations.receive({ op: 'left', thread: id });
    expect(texts()).toEqual([]);
    expect(outgoing()).toEqual([]);
    expect(cachedThread(client, id)).toBeUndefined();
    expect(Object.keys(localStorage)).toEqual([]);
  });

  it('of what another device set, wrote or deleted for itself', async () => {
    await conversations.loadNewest(id);
    const draft = (version: number, text: string) =>
      conversations.receive({ op: 'own', thread: id, draft: { version, text } });
    conversations.receive({ op: 'own', thread: id, settings: { pinned: true, mutedUntil: 'always' } });
    conversations.receive({ op: 'own', thread: id, settings: { pinned: false }, hidden: [1] });
    draft(3, 'half');
    draft(2, 'older');
    expect(cachedThread(client, id)).toMatchObject({ mutedUntil: 'always', draft: { text: 'half' } });
    expect(cachedThread(client, id)).not.toHaveProperty('pinned');
    expect(texts()).toEqual([undefined]);
    draft(4, '');
    expect(cachedThread(client, id)).not.toHaveProperty('draft');
  });

  it('of a thread that is not listed brings it to the top', async () => {
    const other = {
      ...server.thread(),
      id: '8' as ThreadId,
      updatedAt: '2027-01-01T00:00:00.000Z' as Instant,
    };
    conversations.receive({ op: 'thread', thread: other });
    expect(Object.keys(conversations.resume()).sort()).toEqual(['7', '8']);
  });
});

describe('Reading', () => {
  it('moves the marker here at once and tells the server once', async () => {
    server.say(leila, 'two');
    await conversations.loadNewest(id);
    conversations.markRead(id, 1);
    conversations.markRead(id, 1);
    await pass(1000);
    expect(cachedThread(client, id)).toMatchObject({ readSeq: 1, unread: 0 });
    expect(told).toEqual([{ op: 'read', thread: id, seq: 1 }]);
  });

  it('is not undone by an answer that was on its way meanwhile', async () => {
    await conversations.loadNewest(id);
    const stale = server.thread();
    conversations.markRead(id, 1);
    client.setQueryData(queryKeys.thread(id), stale);
    await pass(1000);
    expect(told).toEqual([{ op: 'read', thread: id, seq: 1 }]);
    expect(conversations.adopt(stale)).toMatchObject({ readSeq: 1, unread: 0 });
  });

  it('without a connection is told when there is one again', async () => {
    await conversations.loadNewest(id);
    isConnected = false;
    server.mode = 'unreachable';
    conversations.markRead(id, 1);
    await pass(1000);
    expect(told).toEqual([]);
    isConnected = true;
    conversations.reconnected();
    expect(told).toEqual([{ op: 'read', thread: id, seq: 1 }]);
  });
});
