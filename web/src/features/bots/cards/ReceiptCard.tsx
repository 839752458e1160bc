import { Receipt } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { instantDay } from '../../../lib/airportTime.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Card } from '../../../ui/cards/Card.tsx';
import { CardFeet } from '../../../ui/cards/CardFeet.tsx';
import { CardFoot } from '../../../ui/cards/CardFoot.tsx';
import { CardHead } from '../../../ui/cards/CardHead.tsx';
import { CardLead } from '../../../ui/cards/CardLead.tsx';
import { CardLines } from '../../../ui/cards/CardLines.tsx';
import { paidState } from '../../../ui/cards/cardState.ts';
import { paymentOfReceipt } from '../../../ui/cards/threadFacts.ts';
import { speakCard } from '../speakCard.ts';
import { useSpeech } from '../useSpeech.ts';
import type { CardContext, Of } from './context.ts';
import { PaidTag } from './PaidTag.tsx';

/** What was paid, with its lines. Says refunded, or partly, when the payment it is about was. */
export function ReceiptCard({ card, seq, facts }: { card: Of<'receipt'> } & CardContext) {
  const { t } = useTranslation('bots');
  const { digits, withCode, locale } = useFormat();
  const speech = useSpeech();
  const state = paidState(paymentOfReceipt(facts, seq, card.total)?.state);
  const write = (amountMinor: number) => digits({ amountMinor, currency: card.currency });

  const sumWords = { subtotal: t('subtotal'), shipping: t('shipping'), tax: t('tax') };
  const lines = [
    ...card.items.map((item) => ({
      label: <bdi>{item.quantity > 1 ? `${item.quantity} × ${item.title}` : item.title}</bdi>,
      amount: write(item.amountMinor),
    })),
    ...card.sums.map(({ kind, amountMinor }) => ({ label: sumWords[kind], amount: write(amountMinor) })),
    ...card.adjustments.map(({ label, amountMinor }) => ({
      label: <bdi>{label}</bdi>,
      amount: write(amountMinor),
    })),
  ];

  return (
    <Card spoken={speakCard(card, speech, t(state))}>
      <CardHead icon={<Receipt size={16} aria-hidden="true" />} tag={<PaidTag state={state} />}>
        {t('receipt')}
      </CardHead>
      <CardLead>
        <p className="t-figure">
          <bdi dir="ltr">{withCode(card.total)}</bdi>
        </p>
        <p className="t-meta quiet">
          <bdi>{card.method}</bdi>
          {card.at !== undefined && (
            <>
              {' · '}
              <bdi className="n">{instantDay(card.at, locale)}</bdi>
            </>
          )}
        </p>
      </CardLead>
      <CardLines lines={lines} total={{ label: t('total'), amount: write(card.total.amountMinor) }} />
      <CardFeet>{card.orderUrl && <CardFoot href={card.orderUrl}>{t('openReceipt')}</CardFoot>}</CardFeet>
    </Card>
  );
}
