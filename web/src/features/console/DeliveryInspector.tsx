import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Bot, type DeliveryDetail, getDelivery, resendDelivery } from '../../api/console.ts';
import { isProblem } from '../../api/problem.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { cx } from '../../lib/cx.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { useToast } from '../../ui/Toasts.tsx';
import { curlOf, prettyJson } from './curl.ts';
import styles from './Deliveries.module.css';
import { DeliveryTag } from './DeliveryTag.tsx';

type Part = 'sent' | 'headers' | 'answer';

/** One delivery: its tries, every byte of it, what was answered, and sending it again. */
export function DeliveryInspector({
  bot,
  delivery,
  isPhone,
  onClose,
}: {
  bot: Bot;
  delivery: string;
  isPhone: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation('console');
  const detail = useQuery({
    queryKey: queryKeys.delivery(bot.id, delivery),
    queryFn: ({ signal }) => getDelivery(bot.id, delivery, signal),
    // What is done does not change; what waits does.
    refetchInterval: (query) =>
      ['next', 'waits'].includes(query.state.data?.delivery.state ?? 'next') ? 2_000 : false,
  });
  return (
    <aside className={cx(!isPhone && styles.inspector)} aria-label={t('delivery')}>
      {!isPhone && (
        <div className={styles.tools}>
          <h2 className="t-title">
            <bdi dir="ltr">
              {detail.data ? `${detail.data.delivery.field} · ${detail.data.delivery.number}` : t('delivery')}
            </bdi>
          </h2>
          <IconButton label={t('close')} icon={<X size={20} />} onClick={onClose} />
        </div>
      )}
      {detail.isError ? (
        <ErrorState onRetry={() => void detail.refetch()}>
          {isProblem(detail.error, 'delivery_not_found') ? t('deliveryGone') : t('failed')}
        </ErrorState>
      ) : detail.isPending ? (
        <Skeleton width="100%" height={200} />
      ) : (
        <Shown bot={bot} detail={detail.data} />
      )}
    </aside>
  );
}

function Shown({ bot, detail }: { bot: Bot; detail: DeliveryDetail }) {
  const { t } = useTranslation('console');
  const [part, setPart] = useState<Part>('sent');
  const { delivery } = detail;
  const answer = detail.attempts.at(-1)?.answer;
  const parts = [
    { value: 'sent' as const, label: t('sent') },
    { value: 'headers' as const, label: t('headers') },
    { value: 'answer' as const, label: t('answer') },
  ];
  return (
    <>
      <div className={styles.standing}>
        <DeliveryTag delivery={delivery} isCalled={bot.webhook !== undefined} />
        {delivery.resentOf !== undefined && (
          <span className="t-meta quiet">{t('resentOf', { number: delivery.resentOf })}</span>
        )}
      </div>
      <Tries detail={detail} />
      {delivery.state === 'waits' && (
        <p className="t-meta quiet">{t('waitsBehind', { number: delivery.waitsFor })}</p>
      )}
      <Tabs label={t('part')} value={part} choices={parts} onChoose={setPart} />
      {part === 'sent' && (
        <pre className={styles.code} dir="ltr" translate="no">
          {prettyJson(detail.body)}
        </pre>
      )}
      {part === 'headers' && (
        <pre className={cx(styles.code, styles.wrapped)} dir="ltr" translate="no">
          {detail.headers.map(({ name, value }) => `${name}: ${value}`).join('\n')}
        </pre>
      )}
      {part === 'answer' &&
        (answer ? (
          <pre className={cx(styles.code, styles.wrapped)} dir="auto" translate="no">
            {answer}
          </pre>
        ) : (
          <p className="quiet">{t('noBody')}</p>
        ))}
      {bot.webhook !== undefined && <Actions app={bot.id} detail={detail} />}
    </>
  );
}

function Tries({ detail: { attempts, delivery } }: { detail: DeliveryDetail }) {
  const { t } = useTranslation('console');
  const { count, locale } = useFormat();
  const seconds = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  return (
    <ol className={styles.tries}>
      {attempts.map((attempt) => (
        <li key={attempt.number} className={cx(attempt.error !== undefined && styles.bad)}>
          <span />
          <span className="quiet">{seconds.format(new Date(attempt.at))}</span>
          <span>
            {attempt.status !== undefined && <strong>{attempt.status} </strong>}
            {attempt.error !== undefined && <bdi dir="auto">{attempt.error} </bdi>}
            <bdi className="quiet">{t('ms', { ms: count(attempt.tookMs) })}</bdi>
          </span>
        </li>
      ))}
      {delivery.nextTryAt && delivery.tries > 0 && (
        <li className={styles.next}>
          <span />
          <span className="quiet">{seconds.format(new Date(delivery.nextTryAt))}</span>
          <strong>{t('nextTry')}</strong>
        </li>
      )}
    </ol>
  );
}

function Actions({ app, detail }: { app: string; detail: DeliveryDetail }) {
  const { t } = useTranslation('console');
  const client = useQueryClient();
  const toast = useToast();
  const resending = useMutation({
    mutationFn: () => resendDelivery(app, detail.delivery.id),
    onSuccess: ({ count }) => toast({ text: count > 0 ? t('resentCount', { count }) : t('resentAlready') }),
    onError: (error) =>
      toast({ text: isProblem(error, 'not_resendable') ? t('notResendable') : t('notSaved') }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.bot(app) }),
  });
  const copy = () =>
    void navigator.clipboard.writeText(curlOf(detail)).then(() => toast({ text: t('curlCopied') }));
  return (
    <div className={styles.tools}>
      <Button variant="solid" busy={resending.isPending} onClick={() => resending.mutate()}>
        {t('resend')}
      </Button>
      <Button icon={<Copy size={16} aria-hidden="true" />} onClick={copy}>
        curl
      </Button>
    </div>
  );
}
