import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Activity,
  type Bot,
  type Delivery,
  type DeliveryFilter,
  getActivity,
  listDeliveries,
  resendMany,
} from '../../api/console.ts';
import { isProblem } from '../../api/problem.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { cx } from '../../lib/cx.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { useIsPhone } from '../../lib/useMediaQuery.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Sheet } from '../../ui/Sheet.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { useToast } from '../../ui/Toasts.tsx';
import styles from './Deliveries.module.css';
import { DeliveryInspector } from './DeliveryInspector.tsx';
import { DeliveryTag } from './DeliveryTag.tsx';

const looksEveryMs = 2_000;

/** What the bot was told, live; a row opens all of it beside the table, on phones above it. */
export function Deliveries({ bot }: { bot: Bot }) {
  const { t } = useTranslation('console');
  const isPhone = useIsPhone();
  const [filter, setFilter] = useState<DeliveryFilter>('all');
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const q = useDeferredValue(words.trim());
  const log = useInfiniteQuery({
    queryKey: queryKeys.deliveries(bot.id, filter, q),
    queryFn: ({ pageParam, signal }) => listDeliveries(bot.id, { filter, q, before: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
    // Whoever reads further back is not moved on by what comes meanwhile.
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 1) > 1 ? false : looksEveryMs),
  });
  const found = log.data?.pages.flatMap((page) => page.deliveries) ?? [];
  const filters = [
    { value: 'all' as const, label: t('all') },
    { value: 'waiting' as const, label: t('waiting') },
    { value: 'parked' as const, label: t('parked') },
  ];
  const inspector = chosen && (
    <DeliveryInspector
      key={chosen}
      bot={bot}
      delivery={chosen}
      onClose={() => setChosen(null)}
      isPhone={isPhone}
    />
  );
  return (
    <div className={cx(styles.page, !isPhone && chosen !== null && styles.withOne)}>
      <div className={styles.main}>
        <Figures bot={bot} />
        <div className={styles.tools}>
          <input
            type="search"
            className={styles.search}
            aria-label={t('search')}
            placeholder={t('search')}
            value={words}
            dir={words === '' ? undefined : 'ltr'}
            autoComplete="off"
            onChange={(event) => setWords(event.target.value)}
          />
          <Tabs label={t('filter')} value={filter} choices={filters} onChoose={setFilter} />
          {bot.parked > 0 && <ResendParked bot={bot} />}
        </div>
        {isProblem(log.error, 'invalid_request') ? (
          <ErrorState>{t('searchWrong')}</ErrorState>
        ) : log.isError ? (
          <ErrorState onRetry={() => void log.refetch()}>{t('failed')}</ErrorState>
        ) : log.isPending ? (
          <Skeleton width="100%" height={260} />
        ) : found.length === 0 ? (
          <EmptyState>{q || filter !== 'all' ? t('noneSuch') : t('noneYet')}</EmptyState>
        ) : (
          <>
            <Table
              deliveries={found}
              isCalled={bot.webhook !== undefined}
              chosen={chosen}
              onChoose={setChosen}
            />
            {log.hasNextPage && (
              <Button onClick={() => void log.fetchNextPage()} busy={log.isFetchingNextPage}>
                {t('older')}
              </Button>
            )}
          </>
        )}
      </div>
      {inspector &&
        (isPhone ? (
          <Sheet title={t('delivery')} onClose={() => setChosen(null)}>
            {inspector}
          </Sheet>
        ) : (
          inspector
        ))}
    </div>
  );
}

function Figures({ bot }: { bot: Bot }) {
  const { t } = useTranslation('console');
  const { count } = useFormat();
  const activity = useQuery({
    queryKey: queryKeys.activity(bot.id),
    queryFn: ({ signal }) => getActivity(bot.id, signal),
    refetchInterval: looksEveryMs * 5,
  });
  const seen = activity.data;
  return (
    <div className={styles.figures}>
      <div>
        <span className="t-meta quiet">{t('endpoint')}</span>
        <Health bot={bot} />
        {bot.webhook && (
          <bdi dir="ltr" className={cx('t-meta', 'quiet', 'cut')}>
            {bot.webhook}
          </bdi>
        )}
      </div>
      <div>
        <span className="t-meta quiet">{t('answeredHour')}</span>
        <span className={styles.figure}>{seen ? count(seen.answered) : '–'}</span>
        {seen && <span className="t-meta quiet">{t('ofAll', { all: count(seen.looked) })}</span>}
      </div>
      <div>
        <span className="t-meta quiet">{t('timeToAnswer')}</span>
        <span className={styles.figure}>
          <bdi>{seen?.tookMs === undefined ? '–' : t('ms', { ms: count(seen.tookMs) })}</bdi>
        </span>
        {seen?.tookMsMost !== undefined && (
          <span className="t-meta quiet">{t('mostUnder', { ms: count(seen.tookMsMost) })}</span>
        )}
      </div>
      <Minutes minutes={seen?.perMinute ?? []} />
    </div>
  );
}

function Health({ bot }: { bot: Bot }) {
  const { t } = useTranslation('console');
  if (!bot.webhook) return <span className="t-title">{t('asks')}</span>;
  if (bot.parked > 0) return <span className="t-title">{t('parkedCount', { count: bot.parked })}</span>;
  return (
    <span className="t-title">
      {bot.waiting > 0 ? t('waitingCount', { count: bot.waiting }) : t('upToDate')}
    </span>
  );
}

function Minutes({ minutes }: { minutes: Activity['perMinute'] }) {
  const { t } = useTranslation('console');
  const most = Math.max(1, ...minutes.map((minute) => minute.made));
  return (
    <div>
      <span className="t-meta quiet">{t('perMinute')}</span>
      <div className={styles.minutes} aria-hidden="true">
        {minutes.map((minute, i) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a minute is its place.
            key={i}
            className={cx(minute.failed > 0 && styles.failed)}
            style={{ blockSize: `${Math.max(5, (minute.made / most) * 100)}%` }}
          />
        ))}
      </div>
    </div>
  );
}

function ResendParked({ bot }: { bot: Bot }) {
  const { t } = useTranslation('console');
  const client = useQueryClient();
  const toast = useToast();
  const resending = useMutation({
    mutationFn: () => resendMany(bot.id, { state: 'parked' }),
    onSuccess: (count) => toast({ text: t('resentCount', { count }) }),
    onError: () => toast({ text: t('notSaved') }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.bot(bot.id) }),
  });
  return (
    <Button
      variant="tinted"
      icon={<RotateCw size={18} aria-hidden="true" />}
      busy={resending.isPending}
      onClick={() => resending.mutate()}
    >
      {t('resendParked')}
    </Button>
  );
}

function Table({
  deliveries,
  isCalled,
  chosen,
  onChoose,
}: {
  deliveries: Delivery[];
  isCalled: boolean;
  chosen: string | null;
  onChoose: (id: string) => void;
}) {
  const { t } = useTranslation('console');
  const { count, locale } = useFormat();
  const seconds = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  return (
    <div className={styles.table}>
      <table aria-label={t('deliveries')}>
        <thead>
          <tr>
            <th scope="col">{t('event')}</th>
            <th scope="col">{t('number')}</th>
            <th scope="col">{t('state')}</th>
            <th scope="col" className={styles.number}>
              {t('status')}
            </th>
            <th scope="col" className={styles.number}>
              {t('tries')}
            </th>
            <th scope="col" className={styles.number}>
              {t('took')}
            </th>
            <th scope="col" className={styles.number}>
              {t('created')}
            </th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((delivery) => (
            <tr key={delivery.id} data-chosen={delivery.id === chosen || undefined}>
              <td>
                <button
                  type="button"
                  className={styles.open}
                  aria-expanded={delivery.id === chosen}
                  onClick={() => onChoose(delivery.id)}
                >
                  <bdi dir="ltr">{delivery.field}</bdi>
                </button>
              </td>
              <td>
                <bdi dir="ltr" className="quiet">
                  …{delivery.thread.slice(-4)} · {delivery.number}
                </bdi>
              </td>
              <td>
                <DeliveryTag delivery={delivery} isCalled={isCalled} />
              </td>
              <td className={styles.number}>
                {delivery.status ?? (delivery.tries > 0 ? t('noAnswer') : '')}
              </td>
              <td className={styles.number}>{count(delivery.tries)}</td>
              <td className={styles.number}>
                <bdi>{delivery.tookMs === undefined ? '' : t('ms', { ms: count(delivery.tookMs) })}</bdi>
              </td>
              <td className={styles.number}>{seconds.format(new Date(delivery.createdAt))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
