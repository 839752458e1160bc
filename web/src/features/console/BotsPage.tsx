import { useQuery } from '@tanstack/react-query';
import { ChevronRight, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { listBots } from '../../api/console.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { StateTag } from '../../ui/StateTag.tsx';
import { Tile } from '../../ui/Tile.tsx';
import styles from './console.module.css';
import { NewBotSheet } from './NewBotSheet.tsx';

/** The bots that one develops, and the way to one more. */
export function BotsPage() {
  const { t } = useTranslation('console');
  const [isMaking, setIsMaking] = useState(false);
  const bots = useQuery({ queryKey: queryKeys.bots, queryFn: ({ signal }) => listBots(signal) });
  const make = (
    <Button variant="solid" icon={<Plus size={18} aria-hidden="true" />} onClick={() => setIsMaking(true)}>
      {t('newBot')}
    </Button>
  );
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <div className={styles.head}>
          <h1 className="t-head">{t('bots')}</h1>
          {bots.data && bots.data.bots.length > 0 && make}
        </div>
        {bots.isError ? (
          <ErrorState onRetry={() => void bots.refetch()}>{t('failed')}</ErrorState>
        ) : bots.isPending ? (
          <Skeleton width="100%" height={140} />
        ) : bots.data.bots.length === 0 ? (
          <EmptyState action={make}>{t('none')}</EmptyState>
        ) : (
          <ul className={styles.rows}>
            {bots.data.bots.map((bot) => (
              <li key={bot.id}>
                <Link to={`/bots/${bot.id}`} className={styles.bot}>
                  <Tile id={bot.pageId} name={bot.name} color={bot.color} />
                  <span>
                    <bdi className={styles.name}>{bot.name}</bdi>
                    <bdi dir="ltr" className="t-meta quiet">
                      @{bot.username}
                    </bdi>
                  </span>
                  {bot.parked > 0 ? (
                    <StateTag tone="danger">{t('parkedCount', { count: bot.parked })}</StateTag>
                  ) : (
                    bot.waiting > 0 && (
                      <StateTag tone="warn">{t('waitingCount', { count: bot.waiting })}</StateTag>
                    )
                  )}
                  <ChevronRight size={18} className="mirror quiet" aria-hidden="true" />
                </Link>
              </li>
            ))}
          </ul>
        )}
      </div>
      {isMaking && <NewBotSheet onClose={() => setIsMaking(false)} />}
    </main>
  );
}
