import { useVirtualizer } from '@tanstack/react-virtual';
import { SquarePen } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { ThreadId } from '../../../api/ids.ts';
import type { Thread } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { Skeleton, useTakesLong } from '../../../ui/Skeleton.tsx';
import { useThreads } from '../sync/useThreads.ts';
import { FoundSomebody } from './FoundSomebody.tsx';
import { type Filter, filters, filterThreads } from './filter.ts';
import styles from './Inbox.module.css';
import { NewConversation } from './NewConversation.tsx';
import { SearchField } from './SearchField.tsx';
import { ThreadRow } from './ThreadRow.tsx';

export interface InboxProps {
  selected: ThreadId | null;
  searchRef: RefObject<HTMLInputElement | null>;
  /** Under the header: how the connection is. */
  notice: ReactNode;
  /** Where *Find* leads from an empty inbox. */
  findPath: string;
}

export function Inbox({ selected, searchRef, notice, findPath }: InboxProps) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const navigate = useNavigate();
  const inbox = useThreads();
  const [filter, setFilter] = useState<Filter>('all');
  const [typed, setTyped] = useState('');
  const [isStarting, setIsStarting] = useState(false);

  const unread = inbox.threads.reduce((sum, thread) => sum + thread.unread, 0);
  const shown = filterThreads(inbox.threads, filter, typed);
  const opened = (thread: ThreadId) => {
    setIsStarting(false);
    setTyped('');
    void navigate(`/t/${thread}`);
  };
  const labels: Record<Filter, string> = {
    all: t('filter.all'),
    unread: t('filter.unread'),
    people: t('people'),
    businesses: t('businesses'),
  };

  return (
    <section className={styles.inbox} aria-label={t('chats')}>
      <header className={styles.header}>
        <div className={styles.title}>
          <h1 className="t-head">{t('chats')}</h1>
          <IconButton
            label={t('newChat')}
            icon={<SquarePen size={20} />}
            onClick={() => setIsStarting(true)}
          />
        </div>
        <search>
          <SearchField ref={searchRef} label={t('search')} value={typed} onChange={setTyped} keys="Ctrl K" />
        </search>
        <fieldset className={styles.filters} aria-label={t('filter.label')}>
          {filters.map((each) => (
            <button key={each} type="button" aria-pressed={each === filter} onClick={() => setFilter(each)}>
              {labels[each]}
              {each === 'unread' && unread > 0 && <span className="n quiet"> {format.count(unread)}</span>}
            </button>
          ))}
        </fieldset>
      </header>
      {notice}
      <InboxBody
        state={inbox}
        shown={shown}
        selected={selected}
        typed={typed}
        filter={filter}
        onOpened={opened}
        onShowAll={() => setFilter('all')}
        findPath={findPath}
      />
      {isStarting && <NewConversation onClose={() => setIsStarting(false)} onOpened={opened} />}
    </section>
  );
}

function InboxBody({
  state,
  shown,
  selected,
  typed,
  filter,
  onOpened,
  onShowAll,
  findPath,
}: {
  state: ReturnType<typeof useThreads>;
  shown: Thread[];
  selected: ThreadId | null;
  typed: string;
  filter: Filter;
  onOpened: (thread: ThreadId) => void;
  onShowAll: () => void;
  findPath: string;
}) {
  const { t } = useTranslation('threads');
  const navigate = useNavigate();
  const showsSkeleton = useTakesLong(state.isPending, 200);
  const showsWords = useTakesLong(state.isPending, 8000);

  if (state.isPending)
    return (
      <div className={styles.body} aria-busy="true">
        {showsSkeleton && ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => <RowSkeleton key={key} />)}
        {showsWords && <p className={styles.words}>{t('ui:stillLoading')}</p>}
      </div>
    );
  if (state.isError && state.threads.length === 0)
    return (
      <div className={cx(styles.body, styles.centred)}>
        <ErrorState onRetry={() => void state.refetch()}>{t('inboxFailed')}</ErrorState>
      </div>
    );
  if (typed.trim() === '' && shown.length === 0)
    return (
      <div className={cx(styles.body, styles.centred)}>
        {filter === 'all' ? (
          <EmptyState
            action={
              <Button variant="tinted" size="small" onClick={() => void navigate(findPath)}>
                {t('find')}
              </Button>
            }
          >
            {t('noThreads')}
          </EmptyState>
        ) : (
          <EmptyState
            action={
              <Button variant="tinted" size="small" onClick={onShowAll}>
                {t('showAll')}
              </Button>
            }
          >
            {filter === 'unread' ? t('nothingUnread') : t('noneOfThese')}
          </EmptyState>
        )}
      </div>
    );
  if (typed.trim() !== '')
    return (
      <div className={styles.body}>
        <ul className={styles.plain}>
          {shown.slice(0, 20).map((thread) => (
            <li key={thread.id} className={styles.item}>
              <ThreadRow thread={thread} selected={thread.id === selected} />
            </li>
          ))}
        </ul>
        <FoundSomebody typed={typed} except={shown} onOpened={onOpened} />
      </div>
    );
  return <Rows state={state} threads={shown} selected={selected} />;
}

const rowHeight = 74;

function Rows({
  state,
  threads,
  selected,
}: {
  state: ReturnType<typeof useThreads>;
  threads: Thread[];
  selected: ThreadId | null;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: threads.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => threads[index]?.id ?? index,
    overscan: 8,
    paddingStart: 4,
    paddingEnd: 12,
  });
  const items = rows.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = state;

  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= threads.length - 10) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastShown, threads.length]);

  const moveFocus = (event: KeyboardEvent<HTMLElement>) => {
    if (event.altKey || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
    const index = Number(row?.dataset.index) + (event.key === 'ArrowDown' ? 1 : -1);
    if (Number.isNaN(index) || index < 0 || index >= threads.length) return;
    event.preventDefault();
    rows.scrollToIndex(index);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus(),
    );
  };

  return (
    <div ref={scroller} className={styles.body}>
      <ul className={styles.rows} style={{ blockSize: rows.getTotalSize() }} onKeyDown={moveFocus}>
        {items.map((item) => {
          const thread = threads[item.index];
          if (!thread) return null;
          return (
            <li
              key={item.key}
              data-index={item.index}
              aria-setsize={hasNextPage ? -1 : threads.length}
              aria-posinset={item.index + 1}
              className={cx(styles.item, styles.placed)}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <ThreadRow thread={thread} selected={thread.id === selected} />
            </li>
          );
        })}
      </ul>
      {isFetchingNextPage && <RowSkeleton />}
    </div>
  );
}

function RowSkeleton() {
  return (
    <div className={styles.skeleton} aria-hidden="true">
      <Skeleton shape="round" width={44} height={44} />
      <span>
        <Skeleton width="52%" height={12} />
        <Skeleton width="84%" height={10} />
      </span>
    </div>
  );
}
