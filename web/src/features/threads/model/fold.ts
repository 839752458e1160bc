/**
 * Messages as they are now. A change is an event of its own that names the one it is about; the server's pages tell
 * each message with its changes in it, up to the number in `changedSeq`. Whoever keeps messages applies what is
 * above that number, in the order of the log, so that twice is once.
 */
import type { MemberId } from '../../../api/ids.ts';
import type { ChangeKind, Event, Reaction } from '../../../api/types.ts';

const changeKinds: ReadonlySet<string> = new Set<ChangeKind>(['edit', 'unsend', 'reaction', 'pin', 'vote']);

/** It changes another event, and is no row of its own. */
export const isChange = (event: Event) => changeKinds.has(event.kind);

/** What is left of an event whose content is gone. */
const bare = ({ seq, id, kind, sender, at, clientId, changedSeq }: Event): Event => ({
  seq,
  id,
  kind,
  sender,
  at,
  ...(clientId === undefined ? {} : { clientId }),
  ...(changedSeq === undefined ? {} : { changedSeq }),
});

export const unsentOf = (event: Event): Event => ({ ...bare(event), unsent: true });
export const hiddenOf = (event: Event): Event => ({ ...bare(event), hidden: true });
export const expiredOf = (event: Event): Event => ({ ...bare(event), expired: true });

/** There is nothing in it any more that could be read, answered or changed. */
export const isGone = (event: Event) => Boolean(event.unsent || event.hidden || event.expired);

/** The event after a change that is about it; the same object when the change is in it already, or unknown. */
export function withChange(event: Event, change: Event, me: MemberId): Event {
  if (change.of !== event.seq || !isChange(change) || change.seq <= (event.changedSeq ?? 0)) return event;
  const told = { ...event, changedSeq: change.seq };
  if (isGone(event)) return told;
  switch (change.kind) {
    case 'edit': {
      const { text: _text, entities: _entities, ...rest } = told;
      return {
        ...rest,
        ...(change.text === undefined ? {} : { text: change.text }),
        ...(change.entities ? { entities: change.entities } : {}),
        editedAt: change.editedAt ?? change.at,
      };
    }
    case 'unsend':
      return unsentOf(told);
    case 'reaction': {
      const { reactions: _before, myReaction: _mine, ...rest } = told;
      const was = typeof change.was === 'string' ? change.was : null;
      const reactions = withReaction(event.reactions ?? [], change.sender, change.emoji ?? null, was);
      const mine = change.sender === me ? change.emoji : event.myReaction;
      return {
        ...rest,
        ...(reactions.length > 0 ? { reactions } : {}),
        ...(mine === undefined ? {} : { myReaction: mine }),
      };
    }
    case 'pin': {
      const { pinned: _before, ...rest } = told;
      return change.pinned === false ? rest : { ...rest, pinned: true };
    }
    case 'vote': {
      const votes = withVote(event, change.options ?? [], Array.isArray(change.was) ? change.was : []);
      const mine = change.sender === me ? (change.options ?? []) : (event.votes?.mine ?? []);
      return { ...told, votes: { ...votes, ...(mine.length > 0 ? { mine } : {}) } };
    }
    default:
      return told;
  }
}

/** As many of those who gave a reaction are named. */
const namedMax = 20;

/**
 * The reactions after `member` gave this one, or took theirs back (null). One a person: another replaces it.
 * @param was What it replaces, as the server tells it: in a crowd not everybody is named.
 */
export function withReaction(
  reactions: readonly Reaction[],
  member: MemberId,
  emoji: string | null,
  was: string | null = null,
): Reaction[] {
  const replaced = was ?? reactions.find((each) => each.by.includes(member))?.emoji;
  const without = reactions
    .map((each) =>
      each.emoji === replaced
        ? { ...each, count: each.count - 1, by: each.by.filter((one) => one !== member) }
        : each,
    )
    .filter((each) => each.count > 0);
  if (emoji === null) return without;
  const grown = ({ count, by }: { count: number; by: MemberId[] }): Reaction => ({
    emoji,
    count: count + 1,
    by: by.length < namedMax ? [...by, member] : by,
  });
  return without.some((each) => each.emoji === emoji)
    ? without.map((each) => (each.emoji === emoji ? grown(each) : each))
    : [...without, grown({ count: 0, by: [] })];
}

function withVote({ poll, votes }: Event, options: readonly number[], was: readonly number[]) {
  const before = votes ?? { counts: (poll?.options ?? []).map(() => 0), voters: 0 };
  const step = (list: readonly number[], index: number) => (list.includes(index) ? 1 : 0);
  return {
    counts: before.counts.map((count, index) => count + step(options, index) - step(was, index)),
    voters: before.voters + (options.length > 0 ? 1 : 0) - (was.length > 0 ? 1 : 0),
  };
}

/**
 * Of two tellings of one event the one that knows more: content that went never comes back, then the later change,
 * then the one that was fetched last.
 */
export function laterOf(known: Event, fresh: Event): Event {
  if (isGone(known) && !isGone(fresh)) return known;
  if (isGone(fresh)) return fresh;
  return (fresh.changedSeq ?? 0) >= (known.changedSeq ?? 0) ? fresh : known;
}

/** All events with the changes among them applied; the same array when nothing changes. */
export function fold(events: readonly Event[], me: MemberId): readonly Event[] {
  const changes = events.filter(isChange);
  if (changes.length === 0) return events;
  const byTarget = new Map<number, Event[]>();
  for (const change of changes) {
    const target = change.of ?? 0;
    byTarget.set(target, [...(byTarget.get(target) ?? []), change]);
  }
  let changed = false;
  const folded = events.map((event) => {
    const about = byTarget.get(event.seq);
    const after = about ? about.reduce((so, change) => withChange(so, change, me), event) : event;
    changed ||= after !== event;
    return after;
  });
  return changed ? folded : events;
}

/** Without the content of what has lived its time; the same array when there is none such. */
export function expire(events: readonly Event[], now: number): readonly Event[] {
  const isDue = (event: Event) =>
    event.expiresAt !== undefined && Date.parse(event.expiresAt) <= now && !isGone(event);
  return events.some(isDue) ? events.map((event) => (isDue(event) ? expiredOf(event) : event)) : events;
}

/** When the next of them has lived its time, in ms since 1970; null when none will. */
export function nextExpiry(events: readonly Event[]): number | null {
  let next: number | null = null;
  for (const event of events) {
    if (event.expiresAt === undefined || isGone(event)) continue;
    const at = Date.parse(event.expiresAt);
    if (next === null || at < next) next = at;
  }
  return next;
}

/** The numbers pinned in a thread after a change. */
export function withPin(pins: readonly number[], change: Event): number[] {
  if (change.kind === 'unsend') return pins.filter((seq) => seq !== change.of);
  if (change.kind !== 'pin' || change.of === undefined) return [...pins];
  const { of } = change;
  const rest = pins.filter((seq) => seq !== of);
  return change.pinned === false ? rest : [...rest, of];
}
