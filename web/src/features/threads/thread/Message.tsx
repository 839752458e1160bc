import { Ban, Ellipsis, Forward, SmilePlus } from 'lucide-react';
import { type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isMedia } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Avatar } from '../../../ui/Avatar.tsx';
import { ourPicture } from '../../../ui/cards/ourPictures.ts';
import { useDesk } from '../actions/context.ts';
import { actionOfKey } from '../actions/messageActions.ts';
import { MediaParts } from '../media/MediaParts.tsx';
import { isGone } from '../model/fold.ts';
import { goneText, previewOf } from '../model/preview.ts';
import type { Item } from '../model/timeline.ts';
import { hasHiddenCard } from './hiddenCard.ts';
import styles from './Message.module.css';
import type { MessageGroupProps } from './MessageGroup.tsx';
import { MessageText } from './MessageText.tsx';
import { Quote } from './Quote.tsx';
import { Reactions } from './Reactions.tsx';
import { Edited, type Tick } from './Stamp.tsx';
import { isJumbo } from './text.ts';

const longPressMs = 450;

export interface MessageProps extends MessageGroupProps {
  item: Item;
  isFirst: boolean;
  isLast: boolean;
  /** Another speaks for the business than in the message before. */
  showsPersona: boolean;
  /** Null for one's own. */
  authorName: string | null;
  tick: Tick | null;
}

/** One item for keyboard and screen reader: author, content, state, time. */
export function Message(props: MessageProps) {
  const { item, isFirst, isLast, group, thread, me, slots, enabled, events, onPress } = props;
  const { t } = useTranslation('threads');
  const { event, outgoing } = item;
  const desk = useDesk();
  const own = useRef<HTMLElement>(null);
  const spoken = useSpoken(props);
  const [isOver, setIsOver] = useState(false);
  const state = outgoing?.state.name;
  const text = item.text ?? '';
  const gone = event && goneText(event, thread, me, t);
  const offersMenu = desk !== null && event !== null;
  const press = useLongPress((at) => event && own.current && desk?.openMenu(event, at, own.current));

  const parts: ReactNode[] = [];
  if (gone)
    parts.push(
      <p key="gone" className={styles.gone}>
        <Ban size={16} aria-hidden="true" />
        {gone}
      </p>,
    );
  const replyTo = event?.replyTo ?? outgoing?.replyTo;
  if (text !== '') {
    const isBare = isJumbo(text) && replyTo === undefined && !event?.forwarded;
    parts.push(
      <div
        key="text"
        className={cx(
          isBare ? styles.jumbo : styles.bubble,
          isFirst && styles.first,
          (state === 'queued' || state === 'sending' || event?.waits) && styles.sending,
          state === 'failed' && styles.failed,
        )}
      >
        {event?.forwarded && (
          <p className={styles.forwarded}>
            <Forward size={14} className="mirror" aria-hidden="true" />
            {event.forwarded.from ? t('forwardedFrom', { name: event.forwarded.from }) : t('forwarded')}
          </p>
        )}
        {replyTo !== undefined && (
          <Quote thread={thread} seq={replyTo} quote={event?.quote ?? outgoing?.quote} me={me} />
        )}
        <MessageText text={text} entities={event?.entities ?? outgoing?.entities} me={me} />
        {hasHiddenCard(text) && <p className={styles.hidden}>{t('cardHidden')}</p>}
      </div>,
    );
  }
  const attached = (event?.attachments ?? outgoing?.attachments ?? []).filter(isMedia);
  if (attached.length > 0)
    parts.unshift(
      <div key="media" className={cx(styles.media, !event && styles.onItsWay)}>
        <MediaParts attachments={attached} own={group.own} onOpen={desk ? desk.view : null} />
      </div>,
    );
  // Attachments of one message never move: their place is their key.
  event?.attachments?.forEach((attachment, place) => {
    if (isMedia(attachment)) return;
    const key = `attachment ${place}`;
    parts.push(
      <slots.Card
        key={key}
        thread={thread}
        event={event}
        attachment={attachment}
        events={events}
        enabled={enabled}
        onPress={onPress}
        onPay={(target) => slots.onPay(thread, event, target)}
        onOpenPass={slots.onOpenPass}
      />,
    );
  });

  if (event?.persona && props.showsPersona)
    parts.unshift(
      <p key="persona" className={styles.persona}>
        <Avatar
          id={event.persona.name}
          name={event.persona.name}
          size="small"
          picture={ourPicture(event.sender, event.persona.picture)}
        />
        <bdi>{event.persona.name}</bdi>
      </p>,
    );

  const openMenu = (at: { x: number; y: number }) =>
    event && own.current && desk?.openMenu(event, at, own.current);
  const besideMe = () => {
    const box = own.current?.firstElementChild?.getBoundingClientRect();
    return { x: (box?.left ?? 0) + 16, y: (box?.bottom ?? 0) - 8 };
  };

  return (
    <li className={styles.item}>
      <article
        ref={own}
        data-message={item.key}
        data-seq={event?.seq}
        data-own={group.own || undefined}
        tabIndex={-1}
        aria-label={spoken}
        aria-haspopup={offersMenu ? 'menu' : undefined}
        className={cx(styles.message, group.own && styles.own)}
        onPointerEnter={(pointer) => pointer.pointerType === 'mouse' && setIsOver(true)}
        onPointerLeave={() => setIsOver(false)}
        onFocus={() => setIsOver(true)}
        onBlur={(left) => !left.currentTarget.contains(left.relatedTarget) && setIsOver(false)}
        {...(offersMenu ? press : {})}
        onContextMenu={(menu) => {
          // Selected text and links keep the browser's own menu.
          const isText = document.getSelection()?.toString() !== '';
          if (!offersMenu || isText || (menu.target as HTMLElement).closest('a[href]')) return;
          menu.preventDefault();
          // A key has no place on the screen.
          openMenu(
            menu.clientX === 0 && menu.clientY === 0 ? besideMe() : { x: menu.clientX, y: menu.clientY },
          );
        }}
        onKeyDown={(key) => {
          if (!event || !desk || key.target !== own.current || key.ctrlKey || key.metaKey || key.altKey)
            return;
          if (key.key === 'Enter' || key.key === ' ') {
            key.preventDefault();
            openMenu(besideMe());
            return;
          }
          const action = actionOfKey(key.key, desk.about(event));
          if (!action) return;
          key.preventDefault();
          action.run(event, desk);
        }}
      >
        <div className={styles.stack}>
          {parts}
          {isOver && offersMenu && !isGone(event) && (
            <span className={styles.tools}>
              {enabled && (
                <button
                  type="button"
                  tabIndex={-1}
                  aria-label={t('action.react')}
                  title={t('action.react')}
                  onClick={(click) => {
                    const at = click.currentTarget.getBoundingClientRect();
                    if (own.current) desk.openEmoji(event, { x: at.left, y: at.bottom }, own.current);
                  }}
                >
                  <SmilePlus size={16} />
                </button>
              )}
              <button
                type="button"
                tabIndex={-1}
                aria-label={t('action.all')}
                title={t('action.all')}
                onClick={(click) => {
                  const at = click.currentTarget.getBoundingClientRect();
                  openMenu({ x: at.left, y: at.bottom });
                }}
              >
                <Ellipsis size={16} />
              </button>
            </span>
          )}
          {event?.reactions && event.reactions.length > 0 && !gone && (
            <Reactions event={event} thread={thread} me={me} enabled={enabled} />
          )}
        </div>
      </article>
      {event?.editedAt && !gone && !isLast && (
        <p className={cx(styles.editedAlone, group.own && styles.own)}>
          <Edited event={event} />
        </p>
      )}
    </li>
  );
}

function useSpoken({ item, thread, me, authorName, tick }: MessageProps): string {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { event, outgoing } = item;
  const content = event
    ? previewOf(event, { ...thread, kind: 'direct' }, me, t, format.withCode).text
    : (item.text ?? '');
  const states: Record<Tick, string> = {
    sending: t('state.sending'),
    sent: t('state.sent'),
    delivered: t('state.delivered'),
    read: t('state.read'),
  };
  const said = event && (isGone(event) ? content : null);
  return [
    said ?? t('spoken.said', { author: authorName ?? t('you'), text: content }),
    event?.editedAt && !said && t('edited'),
    event?.reactions?.map(({ emoji, count }) => `${emoji} ${format.count(count)}`).join(' '),
    outgoing?.state.name === 'failed' ? t('notSent') : tick && states[tick],
    format.clock(item.at),
  ]
    .filter(Boolean)
    .join(', ');
}

/** A finger that rests opens the menu; one that moves scrolls. */
function useLongPress(open: (at: { x: number; y: number }) => void) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const start = useRef({ x: 0, y: 0 });
  const end = () => clearTimeout(timer.current);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (
        event.pointerType !== 'touch' ||
        (event.target as HTMLElement).closest('a, input, audio, video, [role="slider"]')
      )
        return;
      const at = { x: event.clientX, y: event.clientY };
      start.current = at;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => open(at), longPressMs);
    },
    onPointerMove: (event: PointerEvent) => {
      const { x, y } = start.current;
      if (Math.hypot(event.clientX - x, event.clientY - y) > 10) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
