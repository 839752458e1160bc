import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Desk, getDesk } from '../../api/desk.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import type { PurchaseSheetProps } from '../../api/slots.ts';
import type { PurchaseState } from '../../api/types.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { CardLines } from '../../ui/cards/CardLines.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Sheet } from '../../ui/Sheet.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { StateTag, type StateTone } from '../../ui/StateTag.tsx';
import { ComplaintForm } from './desk/ComplaintForm.tsx';
import { ComplaintPart } from './desk/ComplaintPart.tsx';
import { DisputePart } from './desk/DisputePart.tsx';
import styles from './PurchaseSheet.module.css';
import { Merchant } from './sheet/Merchant.tsx';

/** What became of a purchase, and what can be asked about it: money back, or help. Mounted while open. */
export default function PurchaseSheet({ thread, purchase: id, onClose }: PurchaseSheetProps) {
  const { t } = useTranslation('payments');
  const [asking, setAsking] = useState<'refund' | 'help' | null>(null);
  const desk = useQuery({
    queryKey: queryKeys.desk(id),
    queryFn: ({ signal }) => getDesk(id, signal),
    // The answer of the business comes to the conversation; here it is seen with the next look.
    refetchInterval: asking ? false : 4_000,
  });
  const page = thread.page;
  const merchant = desk.data?.purchase.merchant.name ?? page?.name ?? thread.title;

  return (
    <Sheet
      title={t('desk.title', { merchant })}
      header={
        <Merchant id={page?.id ?? thread.id} name={merchant} color={page?.color} verified={page?.verified} />
      }
      onClose={onClose}
    >
      {desk.data && asking ? (
        <ComplaintForm
          desk={desk.data}
          wants={asking}
          merchant={merchant}
          onDone={() => {
            setAsking(null);
            void desk.refetch();
          }}
          onBack={() => setAsking(null)}
        />
      ) : desk.data ? (
        <Overview
          desk={desk.data}
          merchant={merchant}
          onAsk={setAsking}
          onChanged={() => void desk.refetch()}
        />
      ) : desk.isError ? (
        <ErrorState onRetry={() => void desk.refetch()}>{t('desk.failed')}</ErrorState>
      ) : (
        <Skeleton width="100%" height={200} />
      )}
    </Sheet>
  );
}

function Overview({
  desk: { purchase, refunds, complaints, dispute },
  merchant,
  onAsk,
  onChanged,
}: {
  desk: Desk;
  merchant: string;
  onAsk: (wants: 'refund' | 'help') => void;
  onChanged: () => void;
}) {
  const { t } = useTranslation('payments');
  const { withCode, digits, day } = useFormat();
  const [tone, word] = useStanding(purchase.state);
  const left = purchase.amount.amountMinor - (purchase.refunded?.amountMinor ?? 0);
  const isPaid = tone === 'ok' || tone === 'action';
  const isOpen = complaints.some(({ state }) => state === 'open');
  return (
    <div className={styles.desk}>
      <div className={styles.top}>
        <p className="t-figure">
          <bdi dir="ltr">{withCode(purchase.amount)}</bdi>
        </p>
        <StateTag tone={tone}>{word}</StateTag>
      </div>
      <p className="t-meta quiet">{day(purchase.createdAt)}</p>
      <CardLines
        bare
        lines={[
          ...purchase.lines.map(({ label, amountMinor }) => ({
            label: <bdi>{label}</bdi>,
            amount: digits({ amountMinor, currency: purchase.amount.currency }),
          })),
          ...refunds.map((refund) => ({
            label: t(`desk.refund.${refund.state}`),
            amount: `−${digits(refund.amount)}`,
          })),
        ]}
      />
      {dispute && <DisputePart dispute={dispute} merchant={merchant} />}
      {complaints.toReversed().map((complaint) => (
        <ComplaintPart key={complaint.id} complaint={complaint} merchant={merchant} onChanged={onChanged} />
      ))}
      {isPaid && !isOpen && (
        <div className={styles.ask}>
          {left > 0 && (
            <Button variant="tinted" onClick={() => onAsk('refund')}>
              {t('desk.askRefund')}
            </Button>
          )}
          <Button onClick={() => onAsk('help')}>{t('desk.report')}</Button>
        </div>
      )}
    </div>
  );
}

function useStanding(state: PurchaseState): [StateTone, string] {
  const { t } = useTranslation('payments');
  switch (state) {
    case 'captured':
      return ['ok', t('desk.state.captured')];
    case 'partly_refunded':
      return ['action', t('desk.state.partly_refunded')];
    case 'refunded':
      return ['action', t('desk.state.refunded')];
    case 'failed':
      return ['danger', t('desk.state.failed')];
    default:
      return ['idle', t('desk.state.underway')];
  }
}
