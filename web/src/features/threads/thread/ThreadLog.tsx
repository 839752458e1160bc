import { ArrowDown, BanknoteArrowDown, LockKeyhole } from 'lucide-react';
import {
  type KeyboardEvent,
  type Ref,
  Suspense,
  useCallback,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { Press } from '../../../api/slots.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Counter } from '../../../ui/Counter.tsx';
import { openQuickReplies } from '../../../ui/cards/quickReplies.ts';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton, useTakesLong } from '../../../ui/Skeleton.tsx';
import { useToast } from '../../../ui/Toasts.tsx';
import { lastKnown } from '../model/log.ts';
import { noticeText } from '../model/notice.ts';
import type { Outgoing } from '../model/outgoing.ts';
import { isMoneyCard, paymentText } from '../model/preview.ts';
import { type Group, keepEqual, type Row, timelineOf } from '../model/timeline.ts';
import { unreadOf } from '../model/unread.ts';
import { useConversations } from '../sync/context.ts';
import { useLog } from '../sync/useLog.ts';
import { Announcer } from './Announcer.tsx';
import { MessageGroup } from './MessageGroup.tsx';
import type { ThreadSlots } from './slots.ts';
import styles from './ThreadLog.module.css';
import { TypingLine } from './TypingLine.tsx';
import { useJump } from './useJump.ts';
import { useLogScroll } from './useLogScroll.ts';
import { useSeen } from './useSeen.ts';

export interface ThreadLogHandle {
  toEnd: () => void;
  focusNewest: () => void;
  /** Shows a message where it stands, fetched if needed, and lights it once. */
  jumpTo: (seq: number) => void;
}

export interface ThreadLogProps {
  thread: Thread;
  slots: ThreadSlots;
  enabled: boolean;
  onPress: (press: Press) => void;
  ref?: Ref<ThreadLogHandle>;
}

/** The conversation itself. Mounted anew for each thread, so the line "New" stays until the thread is left. */
export function ThreadLog({ thread, slots, enabled, onPress, ref }: ThreadLogProps) {
  const { t } = useTranslation('threads');
  const { me, conversations } = useConversations();
  const { log, events, outgoing, problem } = useLog(thread.id);
  const toast = useToast();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLOListElement>(null);
  const [newAfter] = useState(thread.unread > 0 ? thread.readSeq : null);

  const drawn = useRef<readonly Row[]>([]);
  const rows = useMemo(() => {
    // What is being sent stands at the end of the talk, which an older part does not show.
    const out = log.detached ? noOutgoing : outgoing;
    const next = keepEqual(drawn.current, timelineOf({ events, outgoing: out, me, newAfter }));
    drawn.current = next;
    return next;
  }, [events, log.detached, outgoing, me, newAfter]);
  const firstKey = useMemo(() => {
    const group = rows.find((row) => row.kind === 'group');
    return group?.items[0]?.key;
  }, [rows]);
  const newestOwn = rows.findLast((row) => row.kind === 'group' && row.own)?.key;

  const loadOlder = useCallback(() => {
    if (conversations.problems.get(thread.id) !== 'older') void conversations.loadOlder(thread.id);
  }, [conversations, thread.id]);
  const loadNewer = useCallback(() => {
    if (conversations.problems.get(thread.id) !== 'older') void conversations.loadNewer(thread.id);
  }, [conversations, thread.id]);
  const { atEnd, toEnd, leaveEnd } = useLogScroll({
    scroller,
    content,
    loaded: log.loaded,
    firstKey,
    detached: log.detached,
    onNearTop: loadOlder,
    onNearEnd: loadNewer,
  });
  const goNewest = useCallback(
    (smooth: boolean) => {
      if (!conversations.logs.get(thread.id).detached) return toEnd(smooth);
      void conversations.loadNewest(thread.id).then(() => requestAnimationFrame(() => toEnd()));
    },
    [conversations, thread.id, toEnd],
  );
  const jumpTo = useJump({
    thread: thread.id,
    content,
    rows,
    leaveEnd,
    onMissing: () => toast({ text: t('jumpFailed') }),
  });
  const newest = lastKnown(log);
  useSeen(thread.id, newest, log.loaded && atEnd && !log.detached);

  const unseen = atEnd ? 0 : log.detached ? thread.unread : unreadOf(log.events, thread.readSeq, me);
  const retry = useCallback((item: Outgoing) => conversations.retry(item), [conversations]);
  const discard = useCallback((item: Outgoing) => conversations.discard(item), [conversations]);

  const messages = () => [...(content.current?.querySelectorAll<HTMLElement>('[data-message]') ?? [])];
  useImperativeHandle(ref, () => ({
    toEnd: () => goNewest(false),
    focusNewest: () => messages().at(-1)?.focus(),
    jumpTo,
  }));

  const moveFocus = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const target = event.target as HTMLElement;
    if (!step || event.altKey || (target !== scroller.current && !target.matches('[data-message]'))) return;
    const all = messages();
    const next = target === scroller.current ? all.at(-1) : all[all.indexOf(target) + step];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
  };

  // What is on its way already stands in the log, and is an answer.
  const replies =
    enabled && outgoing.length === 0 && !log.ahead.length && !log.detached
      ? openQuickReplies(events)
      : undefined;

  return (
    <div className={styles.place}>
      <section
        ref={scroller}
        className={styles.scroller}
        aria-label={t('messagesWith', { name: thread.title })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller is reached by keys
        tabIndex={0}
        onKeyDown={moveFocus}
      >
        <ol ref={content} className={styles.content}>
          <LogTop
            state={log}
            problem={problem}
            onRetryNewest={() => void conversations.loadNewest(thread.id)}
            onRetryOlder={() => void conversations.loadOlder(thread.id)}
            thread={thread}
            isEmpty={rows.length === 0}
          />
          {rows.map((row) =>
            row.kind === 'group' ? (
              <MessageGroup
                key={row.key}
                group={row}
                thread={thread}
                me={me}
                isNewest={row.key === newestOwn}
                enabled={enabled}
                events={hasCards(row) ? events : noEvents}
                slots={slots}
                onPress={onPress}
                onRetry={retry}
                onDiscard={discard}
              />
            ) : (
              <Line key={row.key} row={row} thread={thread} slots={slots} enabled={enabled} />
            ),
          )}
          <li>
            {!log.detached && <TypingLine thread={thread} />}
            {replies && replies.length > 0 && (
              <slots.QuickReplies replies={replies} page={thread.page?.id} onPress={onPress} />
            )}
          </li>
        </ol>
      </section>
      {!atEnd && log.loaded && (
        <button type="button" className={styles.jump} onClick={() => goNewest(true)}>
          <ArrowDown size={20} aria-hidden="true" />
          {unseen > 0 && <Counter value={unseen} />}
          <span className="spoken">
            {unseen > 0 ? t('jumpToNewestCount', { count: unseen }) : t('jumpToNewest')}
          </span>
        </button>
      )}
      {log.loaded && !log.detached && <Announcer thread={thread} events={log.events} me={me} />}
    </div>
  );
}

const noEvents: readonly Event[] = [];
const noOutgoing: readonly Outgoing[] = [];
const hasCards = (group: Group) => group.items.some((item) => item.event?.attachments?.length);

function LogTop({
  state,
  problem,
  isEmpty,
  thread,
  onRetryNewest,
  onRetryOlder,
}: {
  state: { loaded: boolean; reachesStart: boolean };
  problem: 'newest' | 'older' | null;
  isEmpty: boolean;
  thread: Thread;
  onRetryNewest: () => void;
  onRetryOlder: () => void;
}) {
  const { t } = useTranslation('threads');
  const isWaiting = !state.loaded && problem === null;
  const showsSkeleton = useTakesLong(isWaiting, 200);
  const showsWords = useTakesLong(isWaiting, 8000);
  if (problem === 'newest' && !state.loaded)
    return (
      <li className={styles.centre}>
        <ErrorState onRetry={onRetryNewest}>{t('threadFailed')}</ErrorState>
      </li>
    );
  if (problem === 'older')
    return (
      <li>
        <ErrorState onRetry={onRetryOlder}>{t('olderFailed')}</ErrorState>
      </li>
    );
  if (isWaiting)
    return (
      <li className={styles.skeletons} aria-busy="true">
        {showsSkeleton && isEmpty && (
          <>
            <Skeleton width="46%" height={42} />
            <Skeleton width="62%" height={64} />
            <span className={styles.skeletonOwn}>
              <Skeleton width="38%" height={42} />
            </span>
            <Skeleton width="54%" height={42} />
          </>
        )}
        {showsWords && <p className="t-small quiet">{t('ui:stillLoading')}</p>}
      </li>
    );
  if (!state.reachesStart)
    return (
      <li className={styles.older} aria-hidden="true">
        <Skeleton width="46%" height={42} />
      </li>
    );
  if (isEmpty)
    return (
      <li className={styles.centre}>
        <EmptyState>{t('noMessages', { name: thread.title })}</EmptyState>
      </li>
    );
  return null;
}

function Line({
  row,
  thread,
  slots,
  enabled,
}: {
  row: Exclude<Row, { kind: 'group' }>;
  thread: Thread;
  slots: ThreadSlots;
  enabled: boolean;
}) {
  const { t } = useTranslation('threads');
  const { me } = useConversations();
  const format = useFormat();
  switch (row.kind) {
    case 'day':
      return (
        <li className={styles.day}>
          <time dateTime={row.at}>{format.day(row.at)}</time>
        </li>
      );
    case 'new':
      return (
        <li data-new className={styles.new}>
          <span>{t('new')}</span>
        </li>
      );
    case 'payment': {
      const { money, payment, complaint, dispute } = row.event;
      // Where it begins and where it ends; the lines between are about the same purchase.
      const isKey = payment ? payment.state === 'captured' : complaint?.state !== 'open';
      const purchase = isKey ? (payment ?? complaint ?? dispute)?.purchase : undefined;
      if (money && isMoneyCard(money))
        return (
          <li className={cx(styles.money, row.event.sender === me && styles.own)}>
            <Suspense fallback={<Skeleton width={300} height={112} />}>
              <slots.Money
                thread={thread}
                event={row.event}
                me={me}
                enabled={enabled}
                onPay={(item) => slots.onMoney(thread, item)}
              />
            </Suspense>
          </li>
        );
      return (
        <li className={styles.notice}>
          {money ? (
            <BanknoteArrowDown size={16} aria-hidden="true" />
          ) : (
            <LockKeyhole size={16} aria-hidden="true" />
          )}
          <span>{paymentText(row.event, thread, me, t, format.withCode)}</span>
          {purchase && thread.kind === 'business' && (
            <button type="button" className={styles.more} onClick={() => slots.onPurchase(thread, purchase)}>
              {t('purchase.open')}
            </button>
          )}
        </li>
      );
    }
    case 'notice': {
      const text = noticeText(row.events, thread, me, t);
      return text === null ? null : <li className={styles.notice}>{text}</li>;
    }
  }
}
