import { useQuery } from '@tanstack/react-query';
import { ChevronLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { NavLink, useNavigate, useParams } from 'react-router';
import { getBot } from '../../api/console.ts';
import { isProblem } from '../../api/problem.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Tile } from '../../ui/Tile.tsx';
import styles from './BotPage.module.css';
import { Connection } from './Connection.tsx';
import { Deliveries } from './Deliveries.tsx';
import { Reach } from './Reach.tsx';
import { Tokens } from './Tokens.tsx';

const looksEveryMs = 2_000;

/** One bot of one's own: what it was told and how it answered, where it is called, its tokens, and who reaches it. */
export function BotPage() {
  const { t } = useTranslation('console');
  const { app = '', section = 'deliveries' } = useParams();
  const navigate = useNavigate();
  const bot = useQuery({
    queryKey: queryKeys.bot(app),
    queryFn: ({ signal }) => getBot(app, signal),
    refetchInterval: looksEveryMs,
  });
  const sections = [
    { to: `/bots/${app}`, name: t('deliveries') },
    { to: `/bots/${app}/connection`, name: t('connection') },
    { to: `/bots/${app}/tokens`, name: t('tokens') },
    { to: `/bots/${app}/reach`, name: t('reach') },
  ];
  if (isProblem(bot.error, 'bot_not_found'))
    return (
      <main className={styles.body}>
        <EmptyState>{t('botMissing')}</EmptyState>
      </main>
    );
  return (
    <main className={styles.page}>
      <div className={styles.head}>
        <div className={styles.title}>
          <IconButton
            label={t('toBots')}
            icon={<ChevronLeft size={24} className="mirror" />}
            onClick={() => void navigate('/bots')}
          />
          {bot.data && (
            <Tile id={bot.data.pageId} name={bot.data.name} color={bot.data.color} size="medium" />
          )}
          <span>
            <h1 className="t-title cut">
              <bdi>{bot.data?.name ?? t('bot')}</bdi>
            </h1>
            {bot.data && (
              <bdi dir="ltr" className="t-meta quiet">
                @{bot.data.username}
              </bdi>
            )}
          </span>
        </div>
        <nav aria-label={t('sections')}>
          {sections.map(({ to, name }) => (
            <NavLink key={to} to={to} end className={styles.section ?? ''}>
              {name}
            </NavLink>
          ))}
        </nav>
      </div>
      {bot.isError && !bot.data ? (
        <div className={styles.body}>
          <ErrorState onRetry={() => void bot.refetch()}>{t('failed')}</ErrorState>
        </div>
      ) : !bot.data ? (
        <div className={styles.body}>
          <Skeleton width="100%" height={240} />
        </div>
      ) : section === 'deliveries' ? (
        <Deliveries bot={bot.data} />
      ) : (
        <div className={styles.body}>
          {section === 'connection' && <Connection bot={bot.data} />}
          {section === 'tokens' && <Tokens bot={bot.data} />}
          {section === 'reach' && <Reach bot={bot.data} />}
        </div>
      )}
    </main>
  );
}
