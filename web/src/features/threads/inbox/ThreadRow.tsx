import {
  AtSign,
  Ban,
  BellOff,
  Check,
  CheckCheck,
  CircleAlert,
  Clock,
  Film,
  Image,
  LayoutGrid,
  LockKeyhole,
  Mic,
  Paperclip,
  Pin,
  Plane,
  Receipt,
  Ticket,
} from 'lucide-react';
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Thread } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useKeyed } from '../../../lib/KeyedStore.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Counter } from '../../../ui/Counter.tsx';
import { Tag } from '../../../ui/Tag.tsx';
import { isMuted } from '../model/own.ts';
import { type PreviewIcon, previewOf } from '../model/preview.ts';
import { tickOf } from '../model/unread.ts';
import { useConversations } from '../sync/context.ts';
import { useDraft } from '../sync/drafts.ts';
import { ThreadFace } from '../ThreadFace.tsx';
import styles from './ThreadRow.module.css';

const RowMenu = lazy(() => import('./RowMenu.tsx').then((module) => ({ default: module.RowMenu })));

const icons: Record<Exclude<PreviewIcon, null>, ReactNode> = {
  photo: <Image size={14} />,
  video: <Film size={14} />,
  voice: <Mic size={14} />,
  plane: <Plane size={14} className={styles.fly ?? ''} />,
  ticket: <Ticket size={14} />,
  receipt: <Receipt size={14} />,
  cards: <LayoutGrid size={14} />,
  paid: <LockKeyhole size={14} />,
  file: <Paperclip size={14} />,
  gone: <Ban size={14} />,
};

/** One conversation in the inbox. What is most pressing wins the second line: failed, draft, typing, then the last. */
export function ThreadRow({ thread, selected }: { thread: Thread; selected: boolean }) {
  const link = useRef<HTMLAnchorElement>(null);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number } | null>(null);
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { me, conversations } = useConversations();
  const draft = useDraft(me, thread.id);
  const outgoing = useKeyed(conversations.outgoing, thread.id);
  const typing = useKeyed(conversations.typing, thread.id);

  const failed = outgoing.some((item) => item.state.name === 'failed');
  const newestOut = outgoing.at(-1);
  const last = thread.lastEvent;
  const isUnread = thread.unread > 0 || thread.markedUnread === true;
  const muted = isMuted(thread, Date.now());
  const writer = thread.members.find((member) => member.id === typing[0]);

  const line = (() => {
    if (failed)
      return (
        <>
          <CircleAlert size={14} className={styles.danger} />
          <span className={cx('cut', styles.danger)}>{t('notSent')}</span>
        </>
      );
    if (draft.trim() !== '' && !selected)
      return (
        <>
          <span className={styles.draft}>{t('draft')}</span>
          <span className="cut" dir="auto">
            {draft}
          </span>
        </>
      );
    if (writer) return <span className="cut">{t('isWriting', { name: writer.name })}</span>;
    if (newestOut)
      return (
        <span className="cut" dir="auto">
          {newestOut.text}
        </span>
      );
    if (!last) return <bdi className="cut">{thread.page?.category}</bdi>;
    const preview = previewOf(last, thread, me, t, format.withCode);
    return (
      <>
        {preview.icon && icons[preview.icon]}
        <span className="cut" dir="auto">
          {preview.text}
        </span>
      </>
    );
  })();

  return (
    <>
      <Link
        ref={link}
        to={`/t/${thread.id}`}
        onContextMenu={(menu) => {
          if (thread.request) return;
          menu.preventDefault();
          const box = menu.currentTarget.getBoundingClientRect();
          const isKey = menu.clientX === 0 && menu.clientY === 0;
          setMenuAt(isKey ? { x: box.left + 24, y: box.bottom - 12 } : { x: menu.clientX, y: menu.clientY });
        }}
        className={cx(styles.row, selected && styles.selected, isUnread && styles.unread)}
        aria-current={selected ? 'page' : undefined}
      >
        <ThreadFace thread={thread} />
        <span className={styles.name}>
          <bdi className="cut">{thread.title}</bdi>
          {thread.page && <Tag>{t('bot')}</Tag>}
        </span>
        <time className={cx(styles.time, 't-meta', 'n')} dateTime={thread.updatedAt}>
          {last || newestOut ? format.rowTime(thread.updatedAt) : ''}
        </time>
        <span className={cx(styles.preview, 't-small')}>{line}</span>
        <span className={styles.marks}>
          {muted && <BellOff size={14} aria-label={t('row.muted')} />}
          {thread.pinned && <Pin size={14} aria-label={t('pinned')} />}
          {isUnread ? (
            <>
              {(thread.mentions ?? 0) > 0 && (
                <AtSign size={16} className={styles.mention} aria-label={t('row.mentioned')} />
              )}
              {thread.unread > 0 ? (
                <>
                  <Counter value={thread.unread} muted={muted} />
                  <span className="spoken">{t('unreadCount', { count: thread.unread })}</span>
                </>
              ) : (
                <span className={styles.dot} role="img" aria-label={t('row.markedUnread')} />
              )}
            </>
          ) : (
            <RowTick thread={thread} waiting={newestOut !== undefined && !failed} />
          )}
        </span>
      </Link>
      {menuAt && (
        <Suspense fallback={null}>
          <RowMenu
            thread={thread}
            at={menuAt}
            onClose={() => setMenuAt(null)}
            onFocus={() => link.current?.focus()}
          />
        </Suspense>
      )}
    </>
  );
}

function RowTick({ thread, waiting }: { thread: Thread; waiting: boolean }) {
  const { t } = useTranslation('threads');
  const { me } = useConversations();
  if (waiting) return <Clock size={14} aria-label={t('state.sending')} />;
  const last = thread.lastEvent;
  if (last?.kind !== 'message' || last.sender !== me) return null;
  const tick = tickOf(thread, last.seq, me);
  const Icon = tick === 'sent' ? Check : CheckCheck;
  return (
    <Icon
      size={14}
      aria-label={
        tick === 'read' ? t('state.read') : tick === 'delivered' ? t('state.delivered') : t('state.sent')
      }
      className={tick === 'read' ? styles.read : undefined}
    />
  );
}
