import type { TFunction } from 'i18next';
import type { MemberId } from '../../../api/ids.ts';
import type { Event, Role, Thread } from '../../../api/types.ts';
import { spokenDuration } from '../../../lib/duration.ts';
import { isolate } from '../../../lib/isolate.ts';
import { directionOf, languageOf } from '../../../lib/languages.ts';

/** The name of a member as the thread knows it; empty for somebody it does not name. */
export const memberName = (thread: Thread, id: unknown): string =>
  thread.members.find((member) => member.id === id)?.name ?? '';

/** What one or several notices of a kin say; null for a code that this client does not know, which is left out. */
export function noticeText(
  events: readonly Event[],
  thread: Thread,
  me: MemberId,
  t: TFunction<'threads'>,
): string | null {
  const [event] = events;
  const system = event?.system;
  if (!event || !system) return null;
  const by = (system.by ?? event.sender) as MemberId;
  const byName = memberName(thread, by);
  const ids = [...new Set(events.flatMap(membersOf))];
  const isMe = ids.length === 1 && ids[0] === me;
  const names = () =>
    namesOf(
      ids.map((id) => (id === me ? t('you') : memberName(thread, id))),
      t,
    );
  switch (system.code) {
    case 'member_joined':
      return isMe ? t('youJoined') : t('joined', { name: names() });
    case 'member_left':
      return isMe ? t('youLeft') : t('left', { name: names() });
    case 'member_added':
      if (by === me) return t('notice.youAdded', { name: names() });
      return isMe ? t('notice.addedYou', { by: byName }) : t('notice.added', { by: byName, name: names() });
    case 'member_removed':
      if (by === me) return t('notice.youRemoved', { name: names() });
      return isMe
        ? t('notice.removedYou', { by: byName })
        : t('notice.removed', { by: byName, name: names() });
    case 'role_changed':
      return roleText(system.role as Role, isMe, names(), t);
    case 'title_changed': {
      const title = String(system.title ?? '');
      return by === me ? t('notice.youTitled', { title }) : t('notice.titled', { by: byName, title });
    }
    case 'picture_changed':
      return by === me ? t('notice.youPictured') : t('notice.pictured', { by: byName });
    case 'settings_changed':
      if (system.announcementsOnly === true) return t('notice.announcements');
      if (system.announcementsOnly === false) return t('notice.everyoneWrites');
      return by === me ? t('notice.youSettings') : t('notice.settings', { by: byName });
    case 'retention_changed':
      return typeof system.seconds === 'number'
        ? t('notice.retentionOn', { time: spokenDuration(system.seconds, languageOfTexts(t)) })
        : t('notice.retentionOff');
    default:
      return null;
  }
}

const languageOfTexts = (t: TFunction<'threads'>) => t('languageTag');

/** Whom a notice is about: `members` or `member`, as ids or with their names; else who did it. */
function membersOf({ system, sender }: Event): string[] {
  const told = Array.isArray(system?.members) ? system.members : [system?.member ?? sender];
  return told.map((each: unknown) =>
    typeof each === 'object' && each !== null ? String((each as { id?: unknown }).id) : String(each),
  );
}

/** "Tomek", "Tomek and Ola", "Tomek and 3 others". */
function namesOf(names: readonly string[], t: TFunction<'threads'>): string {
  const tag = languageOfTexts(t);
  const direction = directionOf(languageOf(tag) ?? 'en');
  const known = names.filter((name) => name !== '').map((name) => isolate(name, direction));
  const [first] = known;
  if (first === undefined) return t('membersCount', { count: names.length });
  if (names.length <= 3 && known.length === names.length)
    return new Intl.ListFormat(tag, { type: 'conjunction' }).format(known);
  return t('people.more', { name: first, count: names.length - 1 });
}

function roleText(role: Role, isMe: boolean, name: string, t: TFunction<'threads'>): string | null {
  switch (role) {
    case 'owner':
      return isMe ? t('notice.youAreOwner') : t('notice.nowOwner', { name });
    case 'admin':
      return isMe ? t('notice.youAreAdmin') : t('notice.nowAdmin', { name });
    case 'member':
      return isMe ? t('notice.youAreMember') : t('notice.nowMember', { name });
    default:
      return null;
  }
}
