import type { MemberId } from '../../../api/ids.ts';
import { readStored, storedKeys, writeStored } from '../../../lib/stored.ts';
import type { Outgoing } from '../model/outgoing.ts';

/** One key a message, so that two tabs never overwrite each other's. */
const prefixOf = (me: MemberId) => `stoa.outbox.${me}.`;

export function saveOutgoing(me: MemberId, item: Outgoing): void {
  writeStored(prefixOf(me) + item.clientId, JSON.stringify(item));
}

export function forgetOutgoing(me: MemberId, item: Pick<Outgoing, 'clientId'>): void {
  writeStored(prefixOf(me) + item.clientId, null);
}

/** What a closed page left behind, in the order of writing. Sending it again is safe: the ids are the same. */
export function loadOutgoing(me: MemberId): Outgoing[] {
  return storedKeys(prefixOf(me))
    .flatMap((key) => parse(readStored(key)))
    .map(
      (item): Outgoing =>
        item.state.name === 'failed' ? item : { ...item, state: { name: 'queued', tries: 0 } },
    )
    .sort((a, b) => a.at.localeCompare(b.at));
}

function parse(json: string | null): Outgoing[] {
  try {
    const item = JSON.parse(json ?? '') as Outgoing;
    return item.clientId && item.thread && item.state ? [item] : [];
  } catch {
    return [];
  }
}
