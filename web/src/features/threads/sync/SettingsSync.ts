/**
 * What a person sets for themselves in a thread: shown at once, told one change after another so that the last one wins,
 * and not taken back by anything the server said before it heard of it. Of what it says, the higher version counts.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { OwnSettings } from '../../../api/frames.ts';
import type { ThreadId } from '../../../api/ids.ts';
import { putSettings } from '../../../api/own.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Thread } from '../../../api/types.ts';
import { settingsOf, withSettings } from '../model/own.ts';
import { cachedThread, putThread } from './threadCache.ts';

interface Wish {
  /** Everything wished, told or not. */
  settings: OwnSettings;
  /** What is left to tell once the one on its way is answered. */
  untold: OwnSettings | null;
  /** On its way, or told while this was the newest version that had come: a higher one has it in it. */
  told: 'on its way' | { above: number };
  /** As the server has it. */
  before: OwnSettings;
}

const versionOf = (thread: Thread) => thread.settingsVersion ?? 0;

export class SettingsSync {
  #client: QueryClient;
  #wishes = new Map<ThreadId, Wish>();

  constructor(client: QueryClient) {
    this.#client = client;
  }

  /** @param refused with why; everything is as before by then. */
  set(thread: Thread, settings: OwnSettings, refused: (error: unknown) => void): void {
    const known = cachedThread(this.#client, thread.id) ?? thread;
    const wish = this.#wishes.get(thread.id);
    putThread(this.#client, withSettings(known, settings));
    if (wish?.told === 'on its way') {
      wish.settings = { ...wish.settings, ...settings };
      wish.untold = { ...wish.untold, ...settings };
      return;
    }
    this.#wishes.set(thread.id, {
      settings: { ...wish?.settings, ...settings },
      untold: null,
      told: 'on its way',
      before: wish?.before ?? settingsOf(known),
    });
    void this.#tell(thread.id, settings, versionOf(known), refused);
  }

  /** A thread as the server said it, with what it may not have heard of yet. */
  adopt(thread: Thread): Thread {
    const known = cachedThread(this.#client, thread.id);
    const newer =
      known && versionOf(known) > versionOf(thread)
        ? { ...withSettings(thread, settingsOf(known)), settingsVersion: versionOf(known) }
        : thread;
    return this.#wished(newer);
  }

  /** All of the settings, as a change of them was told. */
  heard(thread: Thread, settings: OwnSettings): Thread {
    const version = settings.version ?? versionOf(thread);
    if (version < versionOf(thread)) return thread;
    return this.#wished({ ...withSettings(thread, settings), settingsVersion: version });
  }

  #wished(thread: Thread): Thread {
    const wish = this.#wishes.get(thread.id);
    if (!wish) return thread;
    if (wish.told !== 'on its way' && versionOf(thread) > wish.told.above) {
      this.#wishes.delete(thread.id);
      return thread;
    }
    wish.before = settingsOf(thread);
    return withSettings(thread, wish.settings);
  }

  async #tell(
    id: ThreadId,
    settings: OwnSettings,
    above: number,
    refused: (error: unknown) => void,
  ): Promise<void> {
    try {
      await putSettings(id, settings);
    } catch (error) {
      const wish = this.#wishes.get(id);
      const known = cachedThread(this.#client, id);
      this.#wishes.delete(id);
      if (wish && known) putThread(this.#client, withSettings(known, wish.before));
      refused(error);
      return;
    }
    const wish = this.#wishes.get(id);
    if (!wish) return;
    if (wish.untold) {
      const next = wish.untold;
      wish.untold = null;
      const known = cachedThread(this.#client, id);
      await this.#tell(id, next, known ? versionOf(known) : above, refused);
      return;
    }
    wish.told = { above };
    void this.#client.invalidateQueries({ queryKey: queryKeys.folders });
    const known = cachedThread(this.#client, id);
    if (known && versionOf(known) > above) this.#wishes.delete(id);
  }
}
