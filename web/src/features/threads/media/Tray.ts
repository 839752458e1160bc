/** What is about to be sent with the next message of a thread: files on their way up. Lives as long as the page. */
import { type ClientId, newClientId, type ThreadId } from '../../../api/ids.ts';
import { cardOf, deleteMedia, type MediaInfo } from '../../../api/media.ts';
import { isProblem } from '../../../api/problem.ts';
import type { MediaAttachment } from '../../../api/types.ts';
import { KeyedStore } from '../../../lib/KeyedStore.ts';
import { upload } from './upload.ts';

export interface TrayItem {
  clientId: ClientId;
  file: File;
  /** Of a picture, to be shown before anything is sent. */
  preview: string | null;
  caption: string;
  state:
    | { name: 'uploading'; sent: number }
    | { name: 'ready'; info: MediaInfo }
    | { name: 'failed'; code: string };
}

export const attachmentsMax = 10;
const nothing: readonly TrayItem[] = [];

export class Tray {
  readonly items = new KeyedStore<ThreadId, readonly TrayItem[]>(nothing);
  #running = new Map<ClientId, AbortController>();

  /** Begins to send them; gives back how many were too many. */
  add(thread: ThreadId, files: readonly File[]): number {
    const room = attachmentsMax - this.items.get(thread).length;
    const added = files.slice(0, Math.max(0, room)).map(
      (file): TrayItem => ({
        clientId: newClientId(),
        file,
        preview: file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
        caption: '',
        state: { name: 'uploading', sent: 0 },
      }),
    );
    this.items.set(thread, [...this.items.get(thread), ...added]);
    for (const item of added) void this.#send(thread, item);
    return files.length - added.length;
  }

  retry(thread: ThreadId, item: TrayItem): void {
    this.#change(thread, item.clientId, { state: { name: 'uploading', sent: 0 } });
    void this.#send(thread, item);
  }

  caption(thread: ThreadId, item: TrayItem, caption: string): void {
    this.#change(thread, item.clientId, { caption });
  }

  remove(thread: ThreadId, item: TrayItem): void {
    this.#running.get(item.clientId)?.abort();
    if (item.state.name === 'ready') void deleteMedia(item.state.info.id).catch(() => undefined);
    this.#forget(item);
    this.items.set(
      thread,
      this.items.get(thread).filter((each) => each.clientId !== item.clientId),
    );
  }

  /** The attachments of what is ready, which leaves the tray. */
  take(thread: ThreadId): MediaAttachment[] {
    const taken = this.items.get(thread).flatMap(({ state, caption }): MediaAttachment[] =>
      state.name === 'ready'
        ? [
            {
              type: state.info.kind,
              payload: {
                media: cardOf(state.info),
                ...(caption.trim() === '' ? {} : { caption: caption.trim() }),
              },
            },
          ]
        : [],
    );
    this.items.set(thread, nothing);
    return taken;
  }

  stop(): void {
    for (const running of this.#running.values()) running.abort();
    this.#running.clear();
  }

  async #send(thread: ThreadId, item: TrayItem): Promise<void> {
    const { clientId } = item;
    const stop = new AbortController();
    this.#running.set(clientId, stop);
    try {
      const info = await upload(item.file, clientId, stop.signal, (sent) =>
        this.#change(thread, clientId, { state: { name: 'uploading', sent } }),
      );
      this.#change(thread, clientId, { state: { name: 'ready', info } });
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!isProblem(error)) throw error;
      this.#change(thread, clientId, { state: { name: 'failed', code: error.code } });
    } finally {
      this.#running.delete(clientId);
    }
  }

  #change(thread: ThreadId, id: ClientId, change: Partial<TrayItem>): void {
    const items = this.items.get(thread);
    if (!items.some((each) => each.clientId === id)) return;
    this.items.set(
      thread,
      items.map((each) => (each.clientId === id ? { ...each, ...change } : each)),
    );
  }

  #forget(item: TrayItem): void {
    if (item.preview) URL.revokeObjectURL(item.preview);
  }
}
