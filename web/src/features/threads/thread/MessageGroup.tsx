import { Ban } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemberId } from '../../../api/ids.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Avatar } from '../../../ui/Avatar.tsx';
import type { Outgoing } from '../model/outgoing.ts';
import { goneText, previewOf } from '../model/preview.ts';
import type { Group, Item } from '../model/timeline.ts';
import { tickOf } from '../model/unread.ts';
import styles from './MessageGroup.module.css';
import { MessageText } from './MessageText.tsx';
import { FailedStamp, Stamp, type Tick } from './Stamp.tsx';
import type { ThreadSlots } from './slots.ts';
import { isJumbo } from './text.ts';

export interface MessageGroupProps {
  group: Group;
  thread: Thread;
  me: MemberId;
  /** The newest group of one's own: its *Read* is a word. */
  isNewest: boolean;
  enabled: boolean;
  /** All that is known of the thread, for cards that show a current state; empty where the group has none. */
  events: readonly Event[];
  slots: ThreadSlots;
  onPress: (press: { title: string; payload: string }) => void;
  onRetry: (item: Outgoing) => void;
  onDiscard: (item: Outgoing) => void;
}

export const MessageGroup = memo(function MessageGroup(props: MessageGroupProps) {
  const { group, thread, me, isNewest } = props;
  const author = thread.members.find((member) => member.id === group.author);
  const last = group.items.at(-1);
  if (!last) return null;
  return (
    <li className={cx(styles.group, group.own && styles.own)}>
      {thread.kind === 'group' && !group.own && author && (
        <p className={styles.author}>
          <Avatar id={author.id} name={author.name} size="small" />
          <bdi>{author.name}</bdi>
        </p>
      )}
      <ol className={styles.items}>
        {group.items.map((item, index) => (
          <Message
            key={item.key}
            {...props}
            item={item}
            isFirst={index === 0}
            authorName={group.own ? null : (author?.name ?? thread.title)}
          />
        ))}
      </ol>
      {last.outgoing?.state.name === 'failed' ? (
        <FailedStamp item={last.outgoing} onRetry={props.onRetry} onDiscard={props.onDiscard} />
      ) : (
        <Stamp at={last.at} tick={group.own ? tickOfItem(last, thread, me) : null} isNewest={isNewest} />
      )}
    </li>
  );
});

function tickOfItem(item: Item, thread: Thread, me: MemberId): Tick {
  if (item.event) return tickOf(thread, item.event.seq, me);
  return item.outgoing?.state.name === 'sent' ? 'sent' : 'sending';
}

/** One item for keyboard and screen reader: author, content, state, time. */
function Message({
  item,
  isFirst,
  authorName,
  group,
  thread,
  me,
  enabled,
  events,
  slots,
  onPress,
}: MessageGroupProps & { item: Item; isFirst: boolean; authorName: string | null }) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { event, outgoing } = item;
  const state = outgoing?.state.name;
  const tick = group.own ? tickOfItem(item, thread, me) : null;
  const content = item.text ?? (event ? previewOf(event, thread, me, t, format.withCode).text : '');

  const states: Record<Tick, string> = {
    sending: t('state.sending'),
    sent: t('state.sent'),
    delivered: t('state.delivered'),
    read: t('state.read'),
  };
  const spoken = [
    t('spoken.said', { author: authorName ?? t('you'), text: content }),
    state === 'failed' ? t('notSent') : tick && states[tick],
    format.clock(item.at),
  ]
    .filter(Boolean)
    .join(', ');

  const parts: ReactNode[] = [];
  const gone = event && goneText(event, thread, me, t);
  if (gone)
    parts.push(
      <p key="gone" className={styles.gone}>
        <Ban size={16} aria-hidden="true" />
        {gone}
      </p>,
    );
  if (item.text !== undefined && item.text !== '')
    parts.push(
      <div
        key="text"
        className={cx(
          isJumbo(item.text) ? styles.jumbo : styles.bubble,
          isFirst && styles.first,
          (state === 'queued' || state === 'sending') && styles.sending,
          state === 'failed' && styles.failed,
        )}
      >
        <MessageText text={item.text} />
      </div>,
    );
  // Attachments of one message never move: their place is their key.
  event?.attachments?.forEach((attachment, place) => {
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

  return (
    <li className={styles.item}>
      <article data-message={item.key} tabIndex={-1} aria-label={spoken} className={styles.message}>
        {parts}
      </article>
    </li>
  );
}
