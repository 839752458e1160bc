import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ThreadId } from '../../../api/ids.ts';
import { Tray } from './Tray.ts';

const id = '7' as ThreadId;

/** A server that speaks tus, keeps what came, and can lose connections. */
class FakeServer {
  received = new Map<string, number>();
  length = 0;
  begun: string[] = [];
  patches: number[] = [];
  breaksAt: number | null = null;
  refuses: { status: number; code: string } | null = null;
  deleted = 0;

  readonly fetch = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (init.method === 'POST') {
      const metadata = headers.get('Upload-Metadata') ?? '';
      if (this.refuses) return Response.json({ code: this.refuses.code }, { status: this.refuses.status });
      this.begun.push(metadata);
      this.length = Number(headers.get('Upload-Length'));
      const offset = this.received.get('900') ?? 0;
      this.received.set('900', offset);
      return new Response(null, {
        status: 201,
        headers: { Location: '/api/media/900', 'Upload-Offset': String(offset) },
      });
    }
    if (init.method === 'HEAD')
      return new Response(null, { headers: { 'Upload-Offset': String(this.received.get('900')) } });
    if (init.method === 'DELETE') {
      this.deleted++;
      return new Response(null, { status: 204 });
    }
    if (path.endsWith('/info'))
      return Response.json({
        id: '900',
        kind: 'file',
        type: 'text/plain',
        name: 'notes.txt',
        bytes: this.length,
        hasThumbnail: false,
      });
    return new Response(null, { status: 404 });
  };
}

let server: FakeServer;

/** As much of the browser's own as is used. */
class FakeCall {
  status = 0;
  responseText = '';
  upload: { onprogress?: (event: { loaded: number }) => void } = {};
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  #offset = 0;
  #aborted = false;
  open() {}
  setRequestHeader(name: string, value: string) {
    if (name === 'Upload-Offset') this.#offset = Number(value);
  }
  getResponseHeader(name: string) {
    return name === 'Upload-Offset' ? String(server.received.get('900')) : null;
  }
  abort() {
    this.#aborted = true;
    this.onabort?.();
  }
  send(body: Blob) {
    server.patches.push(this.#offset);
    queueMicrotask(() => {
      if (this.#aborted) return;
      this.upload.onprogress?.({ loaded: body.size / 2 });
      if (server.breaksAt !== null) {
        server.received.set('900', server.breaksAt);
        server.breaksAt = null;
        return this.onerror?.();
      }
      server.received.set('900', this.#offset + body.size);
      this.status = 204;
      this.onload?.();
    });
  }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const file = (size: number) => new File([new Uint8Array(size)], 'notes ☼.txt', { type: 'text/plain' });

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  vi.stubGlobal('fetch', server.fetch);
  vi.stubGlobal('XMLHttpRequest', FakeCall);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('The tray', () => {
  it('uploads what is put into it and gives it to the message', async () => {
    const tray = new Tray();
    tray.add(id, [file(20 * 1024 * 1024)]);
    const states = new Set<string>();
    tray.items.subscribe(id, () => states.add(tray.items.get(id)[0]?.state.name ?? ''));
    await pass(0);
    expect(server.patches).toEqual([0, 8_388_608, 16_777_216]);
    expect([...states]).toEqual(['uploading', 'ready']);
    const [item] = tray.items.get(id);
    if (item) tray.caption(id, item, ' what we said ');
    expect(tray.take(id)).toEqual([
      {
        type: 'file',
        payload: {
          media: { id: '900', type: 'text/plain', name: 'notes.txt', bytes: 20_971_520, thumbnail: false },
          caption: 'what we said',
        },
      },
    ]);
    expect(tray.items.get(id)).toEqual([]);
    const name = server.begun[0]?.split(',').find((pair) => pair.startsWith('filename ')) ?? '';
    const bytes = Uint8Array.from(atob(name.split(' ')[1] ?? ''), (char) => char.charCodeAt(0));
    expect(new TextDecoder().decode(bytes)).toBe('notes ☼.txt');
  });

  it('goes on after a lost connection from where the server has come to', async () => {
    const tray = new Tray();
    server.breaksAt = 300;
    tray.add(id, [file(1000)]);
    await pass(60_000);
    expect(server.patches).toEqual([0, 300]);
    expect(tray.items.get(id)[0]?.state.name).toBe('ready');
  });

  it('says what was refused, and tries again under the same id', async () => {
    const tray = new Tray();
    server.refuses = { status: 413, code: 'media_too_large' };
    tray.add(id, [file(10)]);
    await pass(0);
    const [failed] = tray.items.get(id);
    expect(failed?.state).toEqual({ name: 'failed', code: 'media_too_large' });
    server.refuses = null;
    if (failed) tray.retry(id, failed);
    await pass(0);
    expect(tray.items.get(id)[0]).toMatchObject({ clientId: failed?.clientId, state: { name: 'ready' } });
  });

  it('stops and gives up what is taken out', async () => {
    const tray = new Tray();
    tray.add(id, [file(10)]);
    await pass(0);
    const [item] = tray.items.get(id);
    if (item) tray.remove(id, item);
    await pass(0);
    expect(tray.items.get(id)).toEqual([]);
    expect(server.deleted).toBe(1);
  });

  it('takes ten at most', () => {
    const tray = new Tray();
    expect(
      tray.add(
        id,
        Array.from({ length: 12 }, () => file(1)),
      ),
    ).toBe(2);
    expect(tray.items.get(id)).toHaveLength(10);
    tray.stop();
  });
});
