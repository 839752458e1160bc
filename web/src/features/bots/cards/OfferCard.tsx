import { Clock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { airportDay } from '../../../lib/airportTime.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { Card } from '../../../ui/cards/Card.tsx';
import { CardHead } from '../../../ui/cards/CardHead.tsx';
import { CardLead } from '../../../ui/cards/CardLead.tsx';
import { buttonState, offerEnded } from '../../../ui/cards/cardState.ts';
import type { CarouselItem, FlightOffer } from '../../../ui/cards/readTemplate.ts';
import { useNow } from '../../../ui/cards/useNow.ts';
import { StateTag } from '../../../ui/StateTag.tsx';
import { speakItem } from '../speakCard.ts';
import { useSpeech } from '../useSpeech.ts';
import { ButtonFeet } from './ButtonFeet.tsx';
import type { CardContext } from './context.ts';
import { FlightWay } from './FlightWay.tsx';
import styles from './OfferCard.module.css';
import { PaidTag } from './PaidTag.tsx';

/** A flight that can be chosen or bought: times large, price, one thing to do. After its hold it only says so. */
export function OfferCard({
  item,
  offer,
  narrow,
  ...context
}: { item: CarouselItem; offer: FlightOffer; narrow: boolean } & CardContext) {
  const { t } = useTranslation('bots');
  const { withCode, locale } = useFormat();
  const speech = useSpeech();
  const now = useNow(offer.heldUntil);
  const { seq, facts, enabled, onPress } = context;

  const settled = item.buttons
    .map((button) => buttonState(facts, seq, item.element, button))
    .find((state) => state !== 'open');
  const ended = !settled && offerEnded(offer, now);
  const state = settled ? t(settled) : ended ? t('holdEnded') : undefined;
  const open = !settled && !ended;

  // One thing to do stands beside the price; more, or money, go to the feet.
  const [button] = item.buttons;
  const beside = open && item.buttons.length === 1 && button?.type === 'postback' ? button : null;

  return (
    <Card narrow={narrow} spoken={speakItem(item, speech, state)}>
      <CardHead tag={<OfferTag offer={offer} settled={settled} ended={ended} />}>
        <bdi className="n">{offer.number}</bdi>
        {!narrow && <span className={styles.day}> · {airportDay(offer.departs, locale)}</span>}
      </CardHead>
      <CardLead>
        <FlightWay flight={offer} minutes={offer.minutes} />
        {offer.stops > 0 && <p className="t-meta soft">{t('stops', { count: offer.stops })}</p>}
      </CardLead>
      <div className={styles.price}>
        <div>
          {offer.price && (
            <p className={cx('t-head', ended && styles.gone)}>
              <bdi dir="ltr">{withCode(offer.price)}</bdi>
            </p>
          )}
          {offer.note && (
            <p className="t-meta quiet" dir="auto">
              {offer.note}
            </p>
          )}
        </div>
        {beside && (
          <Button
            variant="tinted"
            size="small"
            disabled={!enabled}
            aria-label={t('chooseFlight', { title: beside.title, number: offer.number })}
            onClick={() => onPress({ title: beside.title, payload: beside.payload })}
          >
            {beside.title}
          </Button>
        )}
      </div>
      {open && !beside && <ButtonFeet buttons={item.buttons} element={item.element} {...context} />}
    </Card>
  );
}

function OfferTag({
  offer,
  settled,
  ended,
}: {
  offer: FlightOffer;
  settled: 'paid' | 'partlyRefunded' | 'refunded' | undefined;
  ended: boolean;
}) {
  const { t } = useTranslation('bots');
  if (settled) return <PaidTag state={settled} />;
  if (ended)
    return (
      <StateTag tone="idle" icon={<Clock size={14} aria-hidden="true" />}>
        {t('holdEnded')}
      </StateTag>
    );
  if (offer.seatsLeft !== undefined && offer.seatsLeft > 0)
    return <StateTag tone="warn">{t('seatsLeft', { count: offer.seatsLeft })}</StateTag>;
  return offer.lowest ? <StateTag tone="ok">{t('lowest')}</StateTag> : null;
}
