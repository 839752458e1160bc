import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { getReactions } from '../../../api/messages.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Avatar } from '../../../ui/Avatar.tsx';
import { Button } from '../../../ui/Button.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import { Skeleton, useTakesLong } from '../../../ui/Skeleton.tsx';
import { memberName } from '../model/notice.ts';
import { useConversations } from '../sync/context.ts';
import styles from './sheets.module.css';

/** Who gave which reaction, page by page. */
export default function ReactionsSheet({
  thread,
  event,
  onClose,
}: {
  thread: Thread;
  event: Event;
  onClose: () => void;
}) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { me } = useConversations();
  const query = useInfiniteQuery({
    queryKey: [...queryKeys.reactions(thread.id, event.seq), event.changedSeq ?? 0],
    queryFn: ({ pageParam, signal }) => getReactions(thread.id, event.seq, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const showsSkeleton = useTakesLong(query.isPending, 200);
  return (
    <Sheet title={t('action.reactions')} onClose={onClose}>
      {query.isError && <ErrorState onRetry={() => void query.refetch()}>{t('reactionsFailed')}</ErrorState>}
      {showsSkeleton && <Skeleton width="60%" height={40} />}
      <ul className={styles.list}>
        {query.data?.pages
          .flatMap((page) => page.reactions)
          .map(({ member, emoji, at }) => {
            const name = member === me ? t('you') : memberName(thread, member) || t('somebody');
            return (
              <li key={member} className={styles.person}>
                <Avatar id={member} name={name} size="medium" />
                <bdi className="cut">{name}</bdi>
                <time className="t-meta quiet n" dateTime={at}>
                  {format.rowTime(at)}
                </time>
                <span className={styles.given}>{emoji}</span>
              </li>
            );
          })}
      </ul>
      {query.hasNextPage && (
        <Button
          variant="plain"
          wide
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('showMore')}
        </Button>
      )}
    </Sheet>
  );
}
