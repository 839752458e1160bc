import { Check, CheckCheck, CircleAlert, Clock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { useTakesLong } from '../../../ui/Skeleton.tsx';
import type { Outgoing } from '../model/outgoing.ts';
import styles from './Stamp.module.css';

export type Tick = 'sending' | 'sent' | 'delivered' | 'read';

/** Time and ticks, once under a group. The word *Read* stands on the newest only. */
export function Stamp({ at, tick, isNewest }: { at: string; tick: Tick | null; isNewest: boolean }) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const isWaiting = useTakesLong(tick === 'sending', 8000);
  return (
    <p className={cx(styles.stamp, tick && styles.own, 'n')} aria-hidden="true">
      {tick === 'sending' ? (
        <>
          <Clock size={14} />
          {isWaiting && <span>{t('waiting')}</span>}
        </>
      ) : (
        <>
          <time dateTime={at}>{format.clock(at)}</time>
          {tick === 'sent' && <Check size={14} />}
          {tick === 'delivered' && <CheckCheck size={14} />}
          {tick === 'read' && <CheckCheck size={14} className={styles.read} />}
          {tick === 'read' && isNewest && <span>{t('state.read')}</span>}
        </>
      )}
    </p>
  );
}

/** Under a message that was refused: what happened, and two real buttons. */
export function FailedStamp({
  item,
  onRetry,
  onDiscard,
}: {
  item: Outgoing;
  onRetry: (item: Outgoing) => void;
  onDiscard: (item: Outgoing) => void;
}) {
  const { t } = useTranslation('threads');
  const code = item.state.name === 'failed' ? item.state.code : '';
  const why =
    code === 'payload_not_offered'
      ? t('refusal.notOffered')
      : code === 'thread_not_found'
        ? t('refusal.noThread')
        : t('notSentDot');
  return (
    <p className={cx(styles.stamp, styles.own, styles.failed)}>
      <CircleAlert size={14} aria-hidden="true" />
      <span>{why}</span>
      <button type="button" onClick={() => onRetry(item)}>
        {t('ui:tryAgain')}
      </button>
      <button type="button" onClick={() => onDiscard(item)}>
        {t('delete')}
      </button>
    </p>
  );
}
