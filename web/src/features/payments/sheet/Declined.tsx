import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../../lib/cx.ts';
import styles from '../PaySheet.module.css';
import { type AttemptFailure, isOpen, type PaySheet } from '../paySheet.ts';

/** Why the last attempt ended without a charge, and what helps. */
export function Declined({ failure, merchant }: { failure: AttemptFailure; merchant: string }) {
  const { t } = useTranslation('payments');
  const [what, next] = useFailureWords(failure, merchant);
  return (
    <div className={styles.declined}>
      <p className={cx(styles.notice, styles.danger)}>
        <CircleAlert size={20} aria-hidden="true" />
        {what}
      </p>
      <p className="t-small soft">
        {t('notCharged')} {next}
      </p>
    </div>
  );
}

/** What happened and what helps, for each way in which an attempt can end without a charge. */
function useFailureWords(failure: AttemptFailure, merchant: string): [what: string, next: string] {
  const { t } = useTranslation('payments');
  switch (failure) {
    case 'card_declined':
      return [t('declined'), t('tryAnotherCard')];
    case 'insufficient_funds':
      return [t('notEnoughFunds'), t('tryAnotherCard')];
    case 'expired_card':
      return [t('cardExpired'), t('tryAnotherCard')];
    case 'authentication_failed':
      return [t('notConfirmed'), t('tryAgainOrOther')];
    case 'merchant_refused':
      return [t('merchantRefused', { merchant }), t('askMerchant')];
    case 'merchant_no_answer':
      return [t('merchantNoAnswer', { merchant }), t('tryAgain')];
    case 'cancelled':
      return [t('cancelled'), ''];
    case 'processor_unavailable':
      return [t('processorUnavailable'), t('tryAgain')];
    case 'price_changed':
      return [t('priceChanged'), t('checkNewPrice')];
    case 'details_refused':
      return [t('detailsRefused'), t('checkDetails')];
    case 'not_started':
      return [t('notStarted'), t('askMerchant')];
  }
}

/** Success and decline are said once, at once; everything else waits its turn. */
export function Announcement({ sheet, amount }: { sheet: PaySheet; amount: string }) {
  const { t } = useTranslation('payments');
  const [what] = useFailureWords(sheet.failure ?? 'cancelled', sheet.purchase?.merchant.name ?? '');
  const said =
    sheet.phase === 'paid'
      ? t('spokenPaid', { amount })
      : isOpen(sheet) && sheet.failure
        ? `${what} ${t('notCharged')}`
        : '';
  return (
    <p className="spoken" aria-live="assertive" aria-atomic="true">
      {said}
    </p>
  );
}
