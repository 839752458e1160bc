import { useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Archive, CheckCheck, ChevronLeft, Ellipsis, Folder, SquarePen, UserRoundPlus } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { ThreadId } from '../../../api/ids.ts';
import { readEverything } from '../../../api/own.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Thread } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { Counter } from '../../../ui/Counter.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { Menu, MenuAction, MenuRule } from '../../../ui/Menu.tsx';
import { Skeleton, useTakesLong } from '../../../ui/Skeleton.tsx';
import { useToast } from '../../../ui/Toasts.tsx';
import { useTotals } from '../sync/useOwn.ts';
import { useFolder, useThreads } from '../sync/useThreads.ts';
import { FoundSomebody } from './FoundSomebody.tsx';
import { type Filter, filters, filterThreads } from './filter.ts';
import styles from './Inbox.module.css';
import { MessageHits } from './MessageHits.tsx';
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
  const client = useQueryClient();
  const toast = useToast();
  const inbox = useThreads();
  const [filter, setFilter] = useState<Filter>('all');
  const [typed, setTyped] = useState('');
  const [isStarting, setIsStarting] = useState(false);

  const [folder, setFolder] = useState<string | null>(null);
  const other = useFolder(folder);
  const { unread, requests } = useTotals();
  const state = folder === null ? inbox : other;
  const listed =
    folder === null
      ? inbox.threads.filter((thread) => !thread.archived && !thread.request)
      : other.threads.filter((thread) =>
          folder === 'archived' ? thread.archived : folder !== 'requests' || thread.request,
        );
  const shown = filterThreads(
    folder === null || typed.trim() === '' ? listed : inbox.threads,
    folder === null ? filter : 'all',
    typed,
  );
  const opened = (thread: ThreadId) => {
    setIsStarting(false);
    setTyped('');
    void navigate(`/t/${thread}`);
  };
  const openAt = (thread: ThreadId, seq: number) => void navigate(`/t/${thread}?at=${seq}`);
  const names: Record<string, string> = { archived: t('folder.archived'), requests: t('folder.requests') };
  const readAll = () =>
    void readEverything().then(
      () => {
        void client.invalidateQueries({ queryKey: queryKeys.threads });
        void client.invalidateQueries({ queryKey: queryKeys.totals });
      },
      () => toast({ text: t('blockFailed') }),
    );
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
        {folder === null ? (
          <div className={styles.bar}>
            <fieldset className={styles.filters} aria-label={t('filter.label')}>
              {filters.map((each) => (
                <button
                  key={each}
                  type="button"
                  aria-pressed={each === filter}
                  onClick={() => setFilter(each)}
                >
                  {labels[each]}
                  {each === 'unread' && unread > 0 && (
                    <span className="n quiet"> {format.count(unread)}</span>
                  )}
                </button>
              ))}
            </fieldset>
            <Menu
              trigger={
                <IconButton
                  label={requests > 0 ? t('folder.moreWith', { count: requests }) : t('folder.more')}
                  icon={
                    <>
                      <Ellipsis size={18} />
                      {requests > 0 && <span className={styles.hint} aria-hidden="true" />}
                    </>
                  }
                />
              }
            >
              <MenuAction
                icon={<UserRoundPlus size={18} />}
                end={requests > 0 && <Counter value={requests} />}
                onSelect={() => setFolder('requests')}
              >
                {t('folder.requests')}
              </MenuAction>
              <MenuAction icon={<Archive size={18} />} onSelect={() => setFolder('archived')}>
                {t('folder.archived')}
              </MenuAction>
              {inbox.folders.map(({ name, threads }) => (
                <MenuAction
                  key={name}
                  icon={<Folder size={18} />}
                  end={<span className="n">{format.count(threads)}</span>}
                  onSelect={() => setFolder(name)}
                >
                  <bdi>{name}</bdi>
                </MenuAction>
              ))}
              <MenuRule />
              <MenuAction icon={<CheckCheck size={18} />} onSelect={readAll}>
                {t('folder.readAll')}
              </MenuAction>
            </Menu>
          </div>
        ) : (
          <button type="button" className={styles.back} onClick={() => setFolder(null)}>
            <ChevronLeft size={18} className="mirror" aria-hidden="true" />
            <bdi>{names[folder] ?? folder}</bdi>
          </button>
        )}
      </header>
      {notice}
      <InboxBody
        state={state}
        folder={folder}
        onOpenAt={openAt}
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
  folder,
  onOpened,
  onOpenAt,
  onShowAll,
  findPath,
}: {
  folder: string | null;
  onOpenAt: (thread: ThreadId, seq: number) => void;
  state: Pick<
    ReturnType<typeof useThreads>,
    'isPending' | 'isError' | 'threads' | 'refetch' | 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'
  >;
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
        {folder !== null ? (
          <EmptyState>{folder === 'requests' ? t('folder.noRequests') : t('folder.empty')}</EmptyState>
        ) : filter === 'all' ? (
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
        <MessageHits typed={typed} onOpen={onOpenAt} />
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
  state: Pick<ReturnType<typeof useThreads>, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
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
