import { memo } from 'react';
import type { MemberId } from '../../../api/ids.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { Avatar } from '../../../ui/Avatar.tsx';
import type { Outgoing } from '../model/outgoing.ts';
import type { Group, Item } from '../model/timeline.ts';
import { tickOf } from '../model/unread.ts';
import { Message } from './Message.tsx';
import styles from './MessageGroup.module.css';
import { FailedStamp, Stamp, type Tick } from './Stamp.tsx';
import type { ThreadSlots } from './slots.ts';

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
            isLast={item === last}
            showsPersona={
              item.event?.persona !== undefined &&
              item.event.persona.name !== group.items[index - 1]?.event?.persona?.name
            }
            authorName={group.own ? null : (item.event?.persona?.name ?? author?.name ?? thread.title)}
            tick={group.own ? tickOfItem(item, thread, me) : null}
          />
        ))}
      </ol>
      {last.outgoing?.state.name === 'failed' ? (
        <FailedStamp item={last.outgoing} onRetry={props.onRetry} onDiscard={props.onDiscard} />
      ) : (
        <Stamp
          at={last.at}
          tick={group.own ? tickOfItem(last, thread, me) : null}
          isNewest={isNewest}
          event={last.event}
        />
      )}
    </li>
  );
});

function tickOfItem(item: Item, thread: Thread, me: MemberId): Tick {
  if (item.event) return item.event.waits ? 'sending' : tickOf(thread, item.event.seq, me);
  return item.outgoing?.state.name === 'sent' ? 'sent' : 'sending';
}
