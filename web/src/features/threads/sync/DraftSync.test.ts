import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MemberId, ThreadId } from '../../../api/ids.ts';
import { DraftSync } from './DraftSync.ts';
import { draftOf } from './drafts.ts';

const me = 'me' as MemberId;
let count = 0;
let id: ThreadId;
let told: { version: number; text: string }[];
let drafts: DraftSync;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  id = `draft-${++count}` as ThreadId;
  told = [];
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    const draft = JSON.parse(String(init.body)) as { version: number; text: string };
    told.push(draft);
    return Response.json(draft);
  });
  drafts = new DraftSync(me);
});
afterEach(() => {
  drafts.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('A draft', () => {
  it('is told once when the hand rests, and at once when it was sent', async () => {
    drafts.wrote(id, 'h');
    await pass(300);
    drafts.wrote(id, 'half');
    await pass(1000);
    expect(told.map(({ text }) => text)).toEqual(['half']);
    drafts.wrote(id, '');
    await pass(0);
    expect(told.map(({ text }) => text)).toEqual(['half', '']);
    expect(told[1]?.version).toBeGreaterThan(told[0]?.version ?? 0);
  });

  it('of another device is taken up, the later one, in whatever order they come', () => {
    drafts.heard(id, { version: 5, text: 'from the phone' });
    drafts.heard(id, { version: 4, text: 'older' });
    expect(draftOf(me, id)).toBe('from the phone');
    drafts.heard(id, { version: 6, text: '' });
    expect(draftOf(me, id)).toBe('');
  });

  it('that is being written here is not taken out of the hand, and wins', async () => {
    drafts.wrote(id, 'here');
    drafts.heard(id, { version: Date.now() + 60_000, text: 'there' });
    expect(draftOf(me, id)).toBe('here');
    await pass(1000);
    expect(told[0]).toMatchObject({ text: 'here', version: Date.now() - 1000 + 60_001 });
  });

  it('that was sent before anybody heard of it is not spoken of', async () => {
    drafts.wrote(id, 'quick');
    drafts.wrote(id, '');
    await pass(2000);
    expect(told).toEqual([]);
  });
});
