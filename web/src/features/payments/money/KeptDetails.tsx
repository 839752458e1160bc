import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { forgetPaymentDetails, getPaymentDetails } from '../../../api/checkout.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import { Button } from '../../../ui/Button.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Question } from '../../../ui/Question.tsx';
import { DetailLines } from '../checkout/DetailsSummary.tsx';
import styles from './KeptDetails.module.css';

/** Name, mail, phone and address that one keeps for purchases; nothing is shown while nothing is kept. */
export function KeptDetails() {
  const { t } = useTranslation('payments');
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const kept = useQuery({
    queryKey: queryKeys.paymentDetails,
    queryFn: ({ signal }) => getPaymentDetails(signal),
  });
  const forget = useMutation({
    mutationFn: forgetPaymentDetails,
    onSettled: () => queries.invalidateQueries({ queryKey: queryKeys.paymentDetails }),
  });
  if (!kept.data?.saved) return null;
  return (
    <section aria-labelledby="money-details" className={styles.section}>
      <h2 id="money-details" className="t-title">
        {t('details.saved')}
      </h2>
      {forget.isError && <ErrorState onRetry={() => forget.mutate()}>{t('details.notForgotten')}</ErrorState>}
      <div className={styles.box}>
        <DetailLines details={kept.data} />
        <Button size="small" onClick={() => setAsking(true)}>
          {t('details.forget')}
        </Button>
      </div>
      <p className="t-meta quiet">{t('details.savedHint')}</p>
      {asking && (
        <Question
          title={t('details.forgetQuestion')}
          verb={t('details.forget')}
          safe={t('keep')}
          onAnswer={(yes) => {
            if (yes) forget.mutate();
            setAsking(false);
          }}
        >
          {t('details.forgetBody')}
        </Question>
      )}
    </section>
  );
}
