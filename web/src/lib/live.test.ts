import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Frame, LiveConnection, pauseBeforeTry } from './live.ts';

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState: number = WebSocket.CONNECTING;
  sent: Frame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as Frame);
  }
  close() {
    this.readyState = WebSocket.CLOSED;
  }
  opens() {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }
  says(frame: unknown) {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }
  ends(code = 1006) {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code });
  }
}

const newest = () => {
  const socket = FakeSocket.all.at(-1);
  if (!socket) throw new Error('no socket was opened');
  return socket;
};

let known: Record<string, number> = {};
const frames: Frame[] = [];
const readies: boolean[] = [];
let signedOut = 0;

const connect = () => {
  const live = new LiveConnection({
    url: 'ws://stoa.test/live',
    resume: () => known,
    onFrame: (frame) => frames.push(frame),
    onReady: (again) => readies.push(again),
    onSignedOut: () => signedOut++,
    makeSocket: () => new FakeSocket() as unknown as WebSocket,
    random: () => 0,
  });
  live.open();
  return live;
};

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  frames.length = 0;
  readies.length = 0;
  signedOut = 0;
  known = { '7': 12 };
});
afterEach(() => {
  vi.useRealTimers();
});

describe('The live connection', () => {
  it('says hello with what is known, and is ready when the server says so', () => {
    const live = connect();
    newest().opens();
    expect(newest().sent).toEqual([{ op: 'hello', resume: { '7': 12 } }]);
    expect(live.status()).toBe('connecting');
    newest().says({ op: 'ready', person: '1', nodes: [] });
    expect(live.status()).toBe('ready');
    expect(readies).toEqual([false]);
    live.close();
  });

  it('comes back after a loss and asks from where it has got to', () => {
    const live = connect();
    newest().opens();
    newest().says({ op: 'ready' });
    known = { '7': 19 };
    newest().ends();
    expect(live.status()).toBe('connecting');
    vi.advanceTimersByTime(60_000);
    newest().opens();
    expect(newest().sent[0]).toEqual({ op: 'hello', resume: { '7': 19 } });
    newest().says({ op: 'ready' });
    expect(readies).toEqual([false, true]);
    live.close();
  });

  it('hands on what it does not use itself, and survives what it cannot read', () => {
    const live = connect();
    newest().opens();
    newest().says('not json');
    newest().says('[1]');
    newest().says({ op: 'ready' });
    newest().says({ op: 'pong' });
    newest().says({ op: 'typing', thread: '7' });
    expect(frames).toEqual([{ op: 'typing', thread: '7' }]);
    live.close();
  });

  it('notices a dead socket by its silence', () => {
    const live = connect();
    newest().opens();
    newest().says({ op: 'ready' });
    vi.advanceTimersByTime(30_000);
    expect(newest().sent.at(-1)).toEqual({ op: 'ping' });
    const before = FakeSocket.all.length;
    vi.advanceTimersByTime(10_000);
    expect(live.status()).toBe('connecting');
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all.length).toBeGreaterThan(before);
    live.close();
  });

  it('tries again at once when the network is back', () => {
    const live = connect();
    newest().ends();
    const before = FakeSocket.all.length;
    dispatchEvent(new Event('online'));
    expect(FakeSocket.all.length).toBe(before + 1);
    live.close();
  });

  it('doubts its socket when the system says there is no network', () => {
    const live = connect();
    newest().opens();
    newest().says({ op: 'ready' });
    dispatchEvent(new Event('offline'));
    vi.advanceTimersByTime(2_000);
    expect(live.status()).toBe('connecting');
    live.close();
  });

  it('does not come back to an ended session', () => {
    const live = connect();
    newest().opens();
    newest().says({ op: 'ready' });
    newest().ends(4001);
    vi.advanceTimersByTime(600_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect([live.status(), signedOut]).toEqual(['signed-out', 1]);
  });

  it('refuses to send while it is not ready', () => {
    const live = connect();
    expect(live.send({ op: 'typing' })).toBe(false);
    newest().opens();
    newest().says({ op: 'ready' });
    expect(live.send({ op: 'typing' })).toBe(true);
    live.close();
    expect(live.send({ op: 'typing' })).toBe(false);
  });
});

describe('The pause before a try', () => {
  it('grows, has an end, and differs from client to client', () => {
    const longest = [0, 1, 2, 3, 10, 100].map((failures) => pauseBeforeTry(failures, () => 1));
    expect(longest).toEqual([700, 1200, 2200, 4200, 30_200, 30_200]);
    expect(pauseBeforeTry(10, () => 0)).toBe(200);
  });
});
