import type { TFunction } from 'i18next';
import {
  Copy,
  CornerUpLeft,
  CornerUpRight,
  EyeOff,
  History,
  type LucideIcon,
  Pencil,
  Pin,
  PinOff,
  SmilePlus,
  Trash2,
} from 'lucide-react';
import type { MemberId } from '../../../api/ids.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { isGone } from '../model/fold.ts';

/** A message, and who asks what can be done with it. */
export interface About {
  event: Event;
  thread: Thread;
  me: MemberId;
  pins: readonly number[];
  /** Something can be written in this thread. */
  enabled: boolean;
  now: number;
}

/** What the thread can do; the actions only choose. */
export interface Deeds {
  reply: (event: Event) => void;
  edit: (event: Event) => void;
  copy: (event: Event) => void;
  forward: (event: Event) => void;
  react: (event: Event, emoji: string | null) => void;
  showReactions: (event: Event) => void;
  showVersions: (event: Event) => void;
  pin: (event: Event, pinned: boolean) => void;
  hide: (event: Event) => void;
  unsend: (event: Event) => void;
}

/** One thing to do with a message, wherever it is offered: menu, key or button. */
export interface MessageAction {
  id: string;
  icon: LucideIcon;
  /** Turns with the direction of the page. */
  mirrored?: true;
  /** On the message that has focus. */
  key?: string;
  danger?: true;
  /** It moves focus itself, so the message does not take it back. */
  takesFocus?: true;
  label: (t: TFunction<'threads'>) => string;
  isOffered: (about: About) => boolean;
  run: (event: Event, deeds: Deeds) => void;
}

export const editableForMs = 48 * 3600 * 1000;

const isOwn = ({ event, me }: About) => event.sender === me;
const isMessage = ({ event }: About) => event.kind === 'message' && !isGone(event);
const isAdmin = ({ thread }: About) =>
  thread.kind === 'group' && (thread.role === 'owner' || thread.role === 'admin');
const mayPin = (about: About) =>
  isMessage(about) && about.enabled && (about.thread.kind !== 'group' || isAdmin(about));

export const canEdit = (about: About) =>
  isMessage(about) &&
  isOwn(about) &&
  about.enabled &&
  Boolean(about.event.text) &&
  !about.event.press &&
  !about.event.forwarded &&
  about.now - Date.parse(about.event.at) < editableForMs;

export const messageActions: readonly MessageAction[] = [
  {
    id: 'reply',
    icon: CornerUpLeft,
    mirrored: true,
    key: 'r',
    takesFocus: true,
    label: (t) => t('action.reply'),
    isOffered: (about) => isMessage(about) && about.enabled,
    run: (event, deeds) => deeds.reply(event),
  },
  {
    id: 'edit',
    icon: Pencil,
    key: 'e',
    takesFocus: true,
    label: (t) => t('action.edit'),
    isOffered: canEdit,
    run: (event, deeds) => deeds.edit(event),
  },
  {
    id: 'copy',
    icon: Copy,
    key: 'c',
    label: (t) => t('action.copy'),
    isOffered: (about) => isMessage(about) && Boolean(about.event.text),
    run: (event, deeds) => deeds.copy(event),
  },
  {
    id: 'forward',
    icon: CornerUpRight,
    mirrored: true,
    key: 'f',
    takesFocus: true,
    label: (t) => t('action.forward'),
    isOffered: isMessage,
    run: (event, deeds) => deeds.forward(event),
  },
  {
    id: 'pin',
    icon: Pin,
    key: 'p',
    label: (t) => t('action.pin'),
    isOffered: (about) => mayPin(about) && !about.pins.includes(about.event.seq),
    run: (event, deeds) => deeds.pin(event, true),
  },
  {
    id: 'unpin',
    icon: PinOff,
    key: 'p',
    label: (t) => t('action.unpin'),
    isOffered: (about) => mayPin(about) && about.pins.includes(about.event.seq),
    run: (event, deeds) => deeds.pin(event, false),
  },
  {
    id: 'reactions',
    icon: SmilePlus,
    takesFocus: true,
    label: (t) => t('action.reactions'),
    isOffered: (about) => isMessage(about) && Boolean(about.event.reactions?.length),
    run: (event, deeds) => deeds.showReactions(event),
  },
  {
    id: 'versions',
    icon: History,
    takesFocus: true,
    label: (t) => t('action.versions'),
    isOffered: (about) => isMessage(about) && about.event.editedAt !== undefined,
    run: (event, deeds) => deeds.showVersions(event),
  },
  {
    id: 'hide',
    icon: EyeOff,
    key: 'Delete',
    label: (t) => t('action.hide'),
    isOffered: isMessage,
    run: (event, deeds) => deeds.hide(event),
  },
  {
    id: 'unsend',
    icon: Trash2,
    danger: true,
    takesFocus: true,
    label: (t) => t('action.unsend'),
    isOffered: (about) => isMessage(about) && (isOwn(about) || isAdmin(about)),
    run: (event, deeds) => deeds.unsend(event),
  },
];

export const offeredFor = (about: About) => messageActions.filter((action) => action.isOffered(about));

/** The action of a key on the message that has focus. */
export const actionOfKey = (key: string, about: About) =>
  offeredFor(about).find((action) => action.key === key);
