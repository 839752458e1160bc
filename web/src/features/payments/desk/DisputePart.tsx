import { useTranslation } from 'react-i18next';
import type { Desk } from '../../../api/desk.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import styles from '../PurchaseSheet.module.css';

/** What the payer's bank does about it. */
export function DisputePart({
  dispute,
  merchant,
}: {
  dispute: NonNullable<Desk['dispute']>;
  merchant: string;
}) {
  const { t } = useTranslation('payments');
  const { day } = useFormat();
  return (
    <section className={styles.part} aria-label={t('desk.dispute')}>
      <h3 className="t-small">{t('desk.dispute')}</h3>
      <p>{t(`desk.dispute.${dispute.state}`, { merchant })}</p>
      {dispute.state === 'needs_response' && dispute.answerBy && (
        <p className="t-meta quiet">{t('desk.disputeBy', { date: day(dispute.answerBy) })}</p>
      )}
    </section>
  );
}
