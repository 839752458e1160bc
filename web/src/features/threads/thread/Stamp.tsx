import { Check, CheckCheck, CircleAlert, Clock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Event } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { useTakesLong } from '../../../ui/Skeleton.tsx';
import { useDesk } from '../actions/context.ts';
import { isGone } from '../model/fold.ts';
import type { Outgoing } from '../model/outgoing.ts';
import styles from './Stamp.module.css';

export type Tick = 'sending' | 'sent' | 'delivered' | 'read';

/** The word *edited*, which opens what the message said before. */
export function Edited({ event }: { event: Event }) {
  const { t } = useTranslation('threads');
  const desk = useDesk();
  return (
    <button type="button" tabIndex={-1} className={styles.edited} onClick={() => desk?.showVersions(event)}>
      {t('edited')}
    </button>
  );
}

/** Time and ticks, once under a group. The word *Read* stands on the newest only. */
export function Stamp({
  at,
  tick,
  isNewest,
  event = null,
}: {
  at: string;
  tick: Tick | null;
  isNewest: boolean;
  event?: Event | null;
}) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const isWaiting = useTakesLong(tick === 'sending', 8000);
  return (
    // Time and ticks are part of what the message says of itself; the word that opens something is not.
    <p className={cx(styles.stamp, tick && styles.own, event?.reactions && styles.below, 'n')}>
      {tick === 'sending' ? (
        <span aria-hidden="true" className={styles.part}>
          <Clock size={14} />
          {isWaiting && <span>{t('waiting')}</span>}
        </span>
      ) : (
        <>
          <time aria-hidden="true" dateTime={at}>
            {format.clock(at)}
          </time>
          {event?.editedAt && !isGone(event) && <Edited event={event} />}
          <span aria-hidden="true" className={styles.part}>
            {tick === 'sent' && <Check size={14} />}
            {tick === 'delivered' && <CheckCheck size={14} />}
            {tick === 'read' && <CheckCheck size={14} className={styles.read} />}
            {tick === 'read' && isNewest && <span>{t('state.read')}</span>}
          </span>
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
