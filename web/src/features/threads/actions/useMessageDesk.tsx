import {
  lazy,
  type ReactNode,
  type RefObject,
  Suspense,
  useCallback,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { type Event, isMedia, type MediaAttachment, type Thread } from '../../../api/types.ts';
import { useKeyed } from '../../../lib/KeyedStore.ts';
import { PanelPoint, PopoverPanel } from '../../../ui/PopoverPanel.tsx';
import { Question } from '../../../ui/Question.tsx';
import { useToast } from '../../../ui/Toasts.tsx';
import { pinsWith } from '../model/pending.ts';
import { useConversations } from '../sync/context.ts';
import type { MessageDesk, Point } from './context.ts';
import { MessageMenu } from './MessageMenu.tsx';
import { useFailedChanges } from './useFailedChanges.ts';
import { useUndoable } from './useUndoable.ts';

const Viewer = lazy(() => import('../media/Viewer.tsx'));
const ForwardSheet = lazy(() => import('./ForwardSheet.tsx'));
const VersionsSheet = lazy(() => import('./VersionsSheet.tsx'));
const ReactionsSheet = lazy(() => import('./ReactionsSheet.tsx'));
const EmojiPicker = lazy(() =>
  import('../../../ui/EmojiPicker.tsx').then((module) => ({ default: module.EmojiPicker })),
);

type Overlay =
  | { kind: 'menu' | 'emoji'; event: Event; at: Point; from: HTMLElement }
  | { kind: 'view'; attachment: MediaAttachment }
  | { kind: 'unsend' | 'forward' | 'versions' | 'reactions'; event: Event }
  | null;

/** All pictures and films of the conversation that are here, in order. */
const seenIn = (events: readonly Event[]) =>
  events.flatMap((event) =>
    (event.attachments ?? []).filter(isMedia).filter(({ type }) => type === 'image' || type === 'video'),
  );

/** A server that does not list them still says it of each message. */
const pinnedIn = (events: readonly Event[]) =>
  events.flatMap((event) => (event.kind === 'message' && event.pinned ? [event.seq] : []));

/** Everything one can do with the messages of a thread, and what opens for it. */
export function useMessageDesk({
  thread,
  enabled,
  onReply,
  onEdit,
  jump,
}: {
  thread: Thread;
  enabled: boolean;
  onReply: (event: Event) => void;
  onEdit: (event: Event) => void;
  jump: RefObject<(seq: number) => void>;
}): { desk: MessageDesk; overlays: ReactNode; pins: readonly number[] } {
  const { t } = useTranslation('threads');
  const { me, conversations } = useConversations();
  const toast = useToast();
  const [overlay, setOverlay] = useState<Overlay>(null);
  const close = useCallback(() => setOverlay(null), []);
  const pending = useKeyed(conversations.changes.pending, thread.id);
  const { events } = useKeyed(conversations.logs, thread.id);
  const pins = useMemo(
    () => pinsWith(thread.pins ?? pinnedIn(events), pending),
    [thread.pins, events, pending],
  );
  const hide = useUndoable(thread.id);
  const takesFocus = useRef(false);
  useFailedChanges(thread.id);

  const desk = useMemo<MessageDesk>(() => {
    const wish = (event: Event, what: Parameters<typeof conversations.changes.wish>[2]) =>
      conversations.changes.wish(thread.id, event.seq, what);
    return {
      about: (event) => ({ event, thread, me, pins, enabled, now: Date.now() }),
      openMenu: (event, at, from) => setOverlay({ kind: 'menu', event, at, from }),
      openEmoji: (event, at, from) => setOverlay({ kind: 'emoji', event, at, from }),
      jump: (seq) => jump.current(seq),
      view: (attachment) => setOverlay({ kind: 'view', attachment }),
      reply: onReply,
      edit: onEdit,
      copy: (event) =>
        void navigator.clipboard.writeText(event.text ?? '').then(
          () => toast({ text: t('copied') }),
          () => toast({ text: t('copyFailed') }),
        ),
      react: (event, emoji) => wish(event, { kind: 'reaction', emoji }),
      pin: (event, pinned) => wish(event, { kind: 'pin', pinned }),
      hide,
      unsend: (event) => setOverlay({ kind: 'unsend', event }),
      forward: (event) => setOverlay({ kind: 'forward', event }),
      showVersions: (event) => setOverlay({ kind: 'versions', event }),
      showReactions: (event) => setOverlay({ kind: 'reactions', event }),
    };
  }, [thread, me, pins, enabled, conversations, onReply, onEdit, hide, jump, toast, t]);

  const overlays = (
    <Suspense fallback={null}>
      {overlay?.kind === 'menu' && (
        <MessageMenu
          about={desk.about(overlay.event)}
          at={overlay.at}
          onPick={(action) => {
            takesFocus.current = action?.takesFocus ?? false;
            action?.run(overlay.event, desk);
          }}
          onReact={(emoji) => desk.react(overlay.event, emoji)}
          onMoreEmoji={() => {
            takesFocus.current = true;
            desk.openEmoji(overlay.event, overlay.at, overlay.from);
          }}
          onClose={() => setOverlay((now) => (now?.kind === 'menu' ? null : now))}
          onClosed={() => {
            if (!takesFocus.current) overlay.from.focus({ preventScroll: true });
            takesFocus.current = false;
          }}
        />
      )}
      {overlay?.kind === 'emoji' && (
        <PopoverPanel
          label={t('action.react')}
          trigger={<PanelPoint at={overlay.at} />}
          open
          side="bottom"
          onOpenChange={(open) => {
            if (open) return;
            close();
            overlay.from.focus({ preventScroll: true });
          }}
        >
          <EmojiPicker
            onPick={(emoji) => {
              desk.react(overlay.event, emoji);
              close();
              overlay.from.focus({ preventScroll: true });
            }}
          />
        </PopoverPanel>
      )}
      {overlay?.kind === 'unsend' && (
        <Question
          title={t('unsend.title')}
          verb={t('action.unsend')}
          safe={t('unsend.keep')}
          onAnswer={(yes) => {
            if (yes) conversations.changes.wish(thread.id, overlay.event.seq, { kind: 'unsend' });
            close();
          }}
        >
          {t('unsend.body')}
        </Question>
      )}
      {overlay?.kind === 'view' && (
        <Viewer
          attachments={seenIn(conversations.logs.get(thread.id).events)}
          first={overlay.attachment}
          onClose={close}
        />
      )}
      {overlay?.kind === 'forward' && <ForwardSheet thread={thread} event={overlay.event} onClose={close} />}
      {overlay?.kind === 'versions' && (
        <VersionsSheet thread={thread} event={overlay.event} onClose={close} />
      )}
      {overlay?.kind === 'reactions' && (
        <ReactionsSheet thread={thread} event={overlay.event} onClose={close} />
      )}
    </Suspense>
  );
  return { desk, overlays, pins };
}
