import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OwnSettings } from '../../../api/frames.ts';
import type { Instant, ThreadId } from '../../../api/ids.ts';
import type { Thread } from '../../../api/types.ts';
import { SettingsSync } from './SettingsSync.ts';
import { cachedThread, putThread } from './threadCache.ts';

const id = '7' as ThreadId;
const thread: Thread = {
  id,
  kind: 'direct',
  title: 'Leila',
  lastSeq: 1,
  readSeq: 1,
  unread: 0,
  updatedAt: '2026-11-20T09:00:00.000Z' as Instant,
  members: [],
};

describe('settings of a thread', () => {
  let client: QueryClient;
  let sync: SettingsSync;
  let told: { settings: OwnSettings; answer: (status: number) => Promise<void> }[];
  const refused = vi.fn();
  const shown = () => cachedThread(client, id);
  const answer = (at: number, status = 204) =>
    told[at]?.answer(status) ?? Promise.reject(new Error('not told'));

  beforeEach(() => {
    client = new QueryClient();
    sync = new SettingsSync(client);
    told = [];
    refused.mockReset();
    putThread(client, thread);
    vi.stubGlobal(
      'fetch',
      (_: string, init: RequestInit) =>
        new Promise<Response>((resolve) => {
          told.push({
            settings: JSON.parse(String(init.body)) as OwnSettings,
            answer: async (status) => {
              resolve(
                status === 204 ? new Response(null, { status }) : Response.json({ code: 'x' }, { status }),
              );
              await new Promise((done) => setTimeout(done));
            },
          });
        }),
    );
  });
  afterEach(() => vi.unstubAllGlobals());

  it('are told one after another, so that the last wish wins', async () => {
    sync.set(thread, { archived: true }, refused);
    sync.set(thread, { archived: false }, refused);
    sync.set(thread, { pinned: true }, refused);
    expect(told.map((each) => each.settings)).toEqual([{ archived: true }]);
    expect(shown()).toMatchObject({ pinned: true });
    await answer(0);
    expect(told.map((each) => each.settings)).toEqual([
      { archived: true },
      { archived: false, pinned: true },
    ]);
  });

  it('are not taken back by what the server said before it heard of them', async () => {
    sync.set(thread, { archived: true }, refused);
    sync.set(thread, { archived: false }, refused);
    expect(sync.heard(thread, { version: 1, archived: true })).not.toHaveProperty('archived');
    expect(sync.adopt({ ...thread, archived: true, settingsVersion: 1 })).not.toHaveProperty('archived');
    await answer(0);
    await answer(1);
    expect(sync.heard(thread, { version: 2, archived: false })).not.toHaveProperty('archived');
  });

  it('take what another device set later', async () => {
    sync.set(thread, { pinned: true }, refused);
    await answer(0);
    expect(sync.heard({ ...thread, pinned: true }, { version: 1, pinned: true })).toMatchObject({
      pinned: true,
    });
    const later = sync.heard({ ...thread, pinned: true, settingsVersion: 1 }, { version: 2, pinned: false });
    expect(later).not.toHaveProperty('pinned');
  });

  it('keep the higher version, of frames and of what is fetched', () => {
    putThread(client, { ...thread, archived: true, settingsVersion: 5 });
    expect(sync.adopt({ ...thread, settingsVersion: 4 })).toMatchObject({
      archived: true,
      settingsVersion: 5,
    });
    expect(sync.adopt({ ...thread, settingsVersion: 6 })).not.toHaveProperty('archived');
    const now: Thread = { ...thread, archived: true, settingsVersion: 5 };
    expect(sync.heard(now, { version: 4, archived: false })).toBe(now);
  });

  it('are as before when they are refused', async () => {
    sync.set(thread, { pinned: true }, refused);
    expect(shown()).toMatchObject({ pinned: true });
    await answer(0, 409);
    expect(shown()).not.toHaveProperty('pinned');
    expect(refused).toHaveBeenCalledOnce();
  });
});
