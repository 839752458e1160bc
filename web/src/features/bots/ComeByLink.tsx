import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { newClientId, type ThreadId } from '../../api/ids.ts';
import { comeByLink } from '../../api/pages.ts';
import { isProblem } from '../../api/problem.ts';
import { openThread } from '../../api/threads.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import styles from './FindPage.module.css';

const sources = new Set(['MESSENGER_CODE', 'ADS', 'CUSTOMER_CHAT_PLUGIN', 'DISCOVER_TAB']);

/** `/m/username?ref=…`: straight into the conversation, and the business is told by which link one came. */
export function ComeByLink({
  username,
  link,
  onOpen,
}: {
  username: string;
  link: URLSearchParams;
  onOpen: (thread: ThreadId) => void;
}) {
  const { t } = useTranslation('bots');
  const ref = link.get('ref') ?? undefined;
  const source = link.get('source') ?? '';
  const opening = useQuery({
    queryKey: ['come-by-link', username, ref, source],
    queryFn: async () => {
      const thread = await openThread(`page:${username}`);
      const page = thread.members.find((member) => member.kind === 'page');
      // By which link one came is news for the business; that it is lost must keep nobody out.
      if (page && (ref !== undefined || sources.has(source)))
        await comeByLink(page.id, {
          clientId: newClientId(),
          source: sources.has(source) ? source : 'SHORTLINK',
          ...(ref === undefined ? {} : { ref }),
        }).catch(() => undefined);
      return thread.id;
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const thread = opening.data;
  useEffect(() => {
    if (thread) onOpen(thread);
  }, [thread, onOpen]);
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        {isProblem(opening.error, 'page_not_found', 'person_not_found') ? (
          <EmptyState>{t('linkMissing')}</EmptyState>
        ) : opening.isError ? (
          <ErrorState onRetry={() => void opening.refetch()}>{t('linkFailed')}</ErrorState>
        ) : (
          <Skeleton width="100%" height={160} />
        )}
      </div>
    </main>
  );
}
