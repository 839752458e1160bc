import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ThreadId } from '../../../api/ids.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import { type SearchHit, type SearchKind, searchMessages } from '../../../api/search.ts';
import type { Thread } from '../../../api/types.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { useSettled } from '../../../lib/useSettled.ts';
import { Button } from '../../../ui/Button.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton, useTakesLong } from '../../../ui/Skeleton.tsx';
import { memberName } from '../model/notice.ts';
import { useConversations } from '../sync/context.ts';
import { useThread } from '../sync/useThreads.ts';
import { ThreadFace } from '../ThreadFace.tsx';
import styles from './MessageHits.module.css';

const lettersMin = 2;

/** Messages with what is typed, the newest first, with the words that were found; narrowed by what they carry. */
export function MessageHits({
  typed,
  thread,
  onOpen,
}: {
  typed: string;
  /** Only of this one. */
  thread?: ThreadId;
  onOpen: (thread: ThreadId, seq: number) => void;
}) {
  const { t } = useTranslation('threads');
  const q = useSettled(typed.trim());
  const [has, setHas] = useState<SearchKind | null>(null);
  const isAsked = q.length >= lettersMin;
  const query = useInfiniteQuery({
    queryKey: queryKeys.search(q, thread ?? null, has),
    queryFn: ({ pageParam, signal }) =>
      searchMessages(
        {
          q,
          ...(thread ? { thread } : {}),
          ...(has ? { has } : {}),
          ...(pageParam ? { before: pageParam } : {}),
        },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: isAsked,
    staleTime: 10_000,
  });
  const showsSkeleton = useTakesLong(isAsked && query.isPending, 200);
  if (!isAsked) return null;
  const hits = query.data?.pages.flatMap((page) => page.hits) ?? [];
  const corrected = query.data?.pages[0]?.corrected;
  const labels: Record<SearchKind, string> = {
    image: t('search.images'),
    file: t('search.files'),
    link: t('search.links'),
  };
  return (
    <section aria-label={t('search.messages')}>
      <div className={styles.head}>
        <h3>{t('search.messages')}</h3>
        <fieldset aria-label={t('search.with')}>
          {(['image', 'file', 'link'] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              aria-pressed={has === kind}
              onClick={() => setHas(has === kind ? null : kind)}
            >
              {labels[kind]}
            </button>
          ))}
        </fieldset>
      </div>
      {query.isError && <ErrorState onRetry={() => void query.refetch()}>{t('searchFailed')}</ErrorState>}
      {showsSkeleton && <Skeleton width="90%" height={44} />}
      {corrected && <p className={styles.corrected}>{t('search.corrected', { text: corrected })}</p>}
      <ul>
        {hits.map((hit) => (
          <li key={`${hit.thread} ${hit.event.seq}`}>
            <Hit hit={hit} onOpen={() => onOpen(hit.thread, hit.event.seq)} />
          </li>
        ))}
      </ul>
      {query.isSuccess && hits.length === 0 && <p className={styles.none}>{t('search.none', { text: q })}</p>}
      {query.hasNextPage && (
        <Button
          variant="plain"
          size="small"
          wide
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('showMore')}
        </Button>
      )}
    </section>
  );
}

function Hit({ hit, onOpen }: { hit: SearchHit; onOpen: () => void }) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { me } = useConversations();
  const { data: thread } = useThread(hit.thread);
  const author = hit.event.sender === me ? t('you') : thread && memberName(thread, hit.event.sender);
  return (
    <button type="button" className={styles.hit} onClick={onOpen}>
      {thread ? (
        <ThreadFace thread={thread} size="medium" />
      ) : (
        <Skeleton shape="round" width={36} height={36} />
      )}
      <span className={styles.title}>
        <bdi className="cut">{titleOf(thread, author)}</bdi>
      </span>
      <time className="t-meta quiet n" dateTime={hit.event.at}>
        {format.rowTime(hit.event.at)}
      </time>
      <span className={styles.snippet} dir="auto">
        {hit.snippet.map((part, index) =>
          part.hit ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one snippet never move
            <mark key={index}>{part.text}</mark>
          ) : (
            part.text
          ),
        )}
      </span>
    </button>
  );
}

const titleOf = (thread: Thread | undefined, author: string | undefined) =>
  thread?.kind === 'group' && author ? `${author} · ${thread.title}` : (thread?.title ?? author ?? '');
