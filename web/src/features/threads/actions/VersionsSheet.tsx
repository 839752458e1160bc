import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { getVersions } from '../../../api/messages.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import { Skeleton, useTakesLong } from '../../../ui/Skeleton.tsx';
import { useConversations } from '../sync/context.ts';
import { MessageText } from '../thread/MessageText.tsx';
import styles from './sheets.module.css';

/** What a message said before, the newest first. */
export default function VersionsSheet({
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
  const versions = useQuery({
    queryKey: [...queryKeys.versions(thread.id, event.seq), event.changedSeq ?? 0],
    queryFn: ({ signal }) => getVersions(thread.id, event.seq, signal),
  });
  const showsSkeleton = useTakesLong(versions.isPending, 200);
  return (
    <Sheet title={t('versions')} onClose={onClose}>
      {versions.isError && (
        <ErrorState onRetry={() => void versions.refetch()}>{t('versionsFailed')}</ErrorState>
      )}
      {showsSkeleton && <Skeleton width="70%" height={40} />}
      <ol className={styles.list}>
        {[...(versions.data?.versions ?? [])].reverse().map((version, index) => (
          <li key={version.at} className={styles.version}>
            <p className="t-meta quiet">
              {index === 0 ? t('versionNow') : `${format.day(version.at)}, ${format.clock(version.at)}`}
            </p>
            <MessageText text={version.text} entities={version.entities} me={me} />
          </li>
        ))}
      </ol>
    </Sheet>
  );
}
