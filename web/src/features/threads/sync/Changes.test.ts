import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MemberId, ThreadId } from '../../../api/ids.ts';
import { Changes } from './Changes.ts';

const me = 'me' as MemberId;
const id = '7' as ThreadId;

let calls: string[];
let mode: 'answers' | 'unreachable' | { refuses: number; code: string };
let seq: number;
let changes: Changes;
const stored = vi.fn<(of: number, seq: number | null) => void>();

const begin = () => {
  const made = new Changes(me, (change, at) => stored(change.of, at));
  made.start();
  return made;
};
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const pending = () =>
  changes.pending
    .get(id)
    .map(({ of, wish, seq: at }) => `${wish.kind} ${of}${at === undefined ? '' : ` at ${at}`}`);

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  stored.mockClear();
  calls = [];
  mode = 'answers';
  seq = 10;
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    calls.push(`${init.method} ${path.replace('/api/threads/7/messages', '')}`);
    if (mode === 'unreachable') throw new TypeError('no network');
    if (typeof mode === 'object')
      return Response.json({ code: mode.code, status: mode.refuses }, { status: mode.refuses });
    if (path.endsWith('for=me')) return new Response(null, { status: 204 });
    return Response.json({ seq: ++seq, id: `e${seq}`, at: '2026-11-20T09:00:00.000Z' });
  });
  changes = begin();
});
afterEach(() => {
  changes.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('What is done to messages', () => {
  it('shows at once, is sent in order, and goes when the log has come that far', async () => {
    changes.wish(id, 3, { kind: 'reaction', emoji: '👍' });
    changes.wish(id, 4, { kind: 'edit', text: 'later' });
    expect(pending()).toEqual(['reaction 3', 'edit 4']);
    await pass(0);
    expect(calls).toEqual(['PUT /3/reaction', 'PUT /4']);
    expect(pending()).toEqual(['reaction 3 at 11', 'edit 4 at 12']);
    expect(stored.mock.calls).toEqual([
      [3, 11],
      [4, 12],
    ]);
    changes.reached(id, 11);
    expect(pending()).toEqual(['edit 4 at 12']);
    expect(Object.keys(localStorage)).toEqual([]);
  });

  it('of several wishes of a kind about one message sends the last', async () => {
    mode = 'unreachable';
    changes.wish(id, 3, { kind: 'reaction', emoji: '👍' });
    await pass(0);
    changes.wish(id, 3, { kind: 'reaction', emoji: '❤️' });
    await pass(0);
    changes.wish(id, 3, { kind: 'reaction', emoji: null });
    mode = 'answers';
    await pass(60_000);
    expect(calls.at(-1)).toBe('DELETE /3/reaction');
    expect(pending()).toEqual(['reaction 3 at 11']);
  });

  it('is tried until there is a network, and taken up by the next page', async () => {
    mode = 'unreachable';
    changes.wish(id, 3, { kind: 'pin', pinned: true });
    await pass(5_000);
    changes.stop();
    mode = 'answers';
    changes = begin();
    expect(pending()).toEqual(['pin 3']);
    await pass(0);
    expect(pending()).toEqual(['pin 3 at 11']);
  });

  it('that is refused is as before, and says why', async () => {
    mode = { refuses: 409, code: 'edit_too_late' };
    changes.wish(id, 3, { kind: 'edit', text: 'x' });
    await pass(0);
    expect(pending()).toEqual([]);
    expect(changes.failed.get(id)).toMatchObject({ code: 'edit_too_late', change: { of: 3 } });
    expect(Object.keys(localStorage)).toEqual([]);
  });

  it('can be undone before it is told to anybody', async () => {
    const undo = changes.wishLater(id, 3, { kind: 'hide' });
    expect(pending()).toEqual(['hide 3']);
    await pass(3_000);
    undo();
    await pass(60_000);
    expect(pending()).toEqual([]);
    expect(calls).toEqual([]);
  });

  it('that was not undone is told when the time is over, or the page goes', async () => {
    changes.wishLater(id, 3, { kind: 'hide' });
    await pass(7_000);
    expect(calls).toEqual(['DELETE /3?for=me']);
    expect(stored.mock.calls).toEqual([[3, null]]);
    changes.wishLater(id, 4, { kind: 'hide' });
    dispatchEvent(new Event('pagehide'));
    await pass(0);
    expect(calls.at(-1)).toBe('DELETE /4?for=me');
  });
});
