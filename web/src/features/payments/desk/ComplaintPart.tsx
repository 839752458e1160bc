import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Complaint, type ComplaintState, withdrawComplaint } from '../../../api/desk.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { StateTag, type StateTone } from '../../../ui/StateTag.tsx';
import styles from '../PurchaseSheet.module.css';

const tones: Record<ComplaintState, StateTone> = {
  open: 'warn',
  settled: 'ok',
  declined: 'danger',
  withdrawn: 'idle',
};

/** What was asked of the business, and what it said. */
export function ComplaintPart({
  complaint,
  merchant,
  onChanged,
}: {
  complaint: Complaint;
  merchant: string;
  onChanged: () => void;
}) {
  const { t } = useTranslation('payments');
  const { withCode, day } = useFormat();
  const { state, wants, asked, note, answer, answerBy } = complaint;
  const withdraw = useMutation({
    mutationFn: () => withdrawComplaint(complaint.purchase, complaint.id),
    // It may have been answered in the meantime: what the server knows is shown.
    onSettled: onChanged,
  });
  const title =
    wants === 'help'
      ? t('desk.youReported')
      : asked
        ? t('desk.youAskedAmount', { amount: withCode(asked) })
        : t('desk.youAskedRefund');
  return (
    <section className={styles.part} aria-label={title}>
      <div className={styles.head}>
        <h3 className="t-small">{title}</h3>
        <StateTag tone={tones[state]}>{t(`desk.complaint.${state}`)}</StateTag>
      </div>
      <p className="t-small soft" dir="auto">
        {note}
      </p>
      {answer && (
        <p>
          <span className="t-small soft">{t('desk.answered', { merchant })}</span> <bdi>{answer}</bdi>
        </p>
      )}
      {state === 'open' && (
        <>
          <p className="t-meta quiet">
            {Date.parse(answerBy) > Date.now()
              ? t('desk.answerBy', { merchant, date: day(answerBy) })
              : t('desk.overdue')}
          </p>
          <Button size="small" busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
            {t('desk.withdraw')}
          </Button>
        </>
      )}
    </section>
  );
}
