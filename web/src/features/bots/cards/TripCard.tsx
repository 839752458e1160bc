import { Check, PlaneTakeoff, TicketCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { BoardingPass } from '../../../api/types.ts';
import { airportDay } from '../../../lib/airportTime.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Card } from '../../../ui/cards/Card.tsx';
import { CardFacts, type Fact } from '../../../ui/cards/CardFacts.tsx';
import { CardFeet } from '../../../ui/cards/CardFeet.tsx';
import { CardFoot } from '../../../ui/cards/CardFoot.tsx';
import { CardHead } from '../../../ui/cards/CardHead.tsx';
import { CardLead } from '../../../ui/cards/CardLead.tsx';
import { type TripState, tripState } from '../../../ui/cards/cardState.ts';
import { passengerName } from '../../../ui/cards/passengerName.ts';
import { minutesOf } from '../../../ui/cards/threadFacts.ts';
import { useNow } from '../../../ui/cards/useNow.ts';
import { StateTag } from '../../../ui/StateTag.tsx';
import { speakCard } from '../speakCard.ts';
import { useSpeech } from '../useSpeech.ts';
import type { CardContext, Of } from './context.ts';
import { FlightWay } from './FlightWay.tsx';
import styles from './TripCard.module.css';

/**
 * An itinerary or an offer to check in: the same way, told with the state the log gives the booking. After
 * check-in both lead to the boarding pass.
 */
export function TripCard({
  card,
  facts,
  enabled,
  onPress,
  onOpenPass,
}: { card: Of<'itinerary' | 'checkin'> } & CardContext) {
  const { t } = useTranslation('bots');
  const { locale } = useFormat();
  const speech = useSpeech();
  const state = tripState(card, facts, useNow());
  const words: Record<TripState, string> = {
    confirmed: t('tripConfirmed'),
    'check-in-open': t('tripCheckInOpen'),
    'checked-in': t('tripCheckedIn'),
    flown: t('tripFlown'),
  };
  const destination = card.flights.at(-1)?.to.city ?? '';
  const passes = (card.pnr && facts.passes.get(card.pnr)) || [];
  const checkIn = card.kind === 'checkin' ? card : facts.checkIns.get(card.pnr);

  return (
    <Card spoken={speakCard(card, speech, words[state])}>
      <CardHead
        icon={
          card.kind === 'checkin' ? (
            <TicketCheck size={16} aria-hidden="true" />
          ) : (
            <PlaneTakeoff size={16} className="mirror" aria-hidden="true" />
          )
        }
        tag={<TripTag state={state}>{words[state]}</TripTag>}
      >
        {card.kind === 'checkin' ? t('checkInTitle') : <bdi>{t('tripTo', { city: destination })}</bdi>}
      </CardHead>
      <CardLead>
        {card.intro && (
          <p className={styles.intro} dir="auto">
            {card.intro}
          </p>
        )}
        {card.flights.map((flight) => (
          <div key={`${flight.number} ${flight.from.code}`} className={styles.flight}>
            <p className="t-small soft">
              {airportDay(flight.departs, locale)}
              {' · '}
              <bdi className="n">{flight.number}</bdi>
              {card.flights.length === 1 && ` · ${t('direct')}`}
            </p>
            <FlightWay flight={flight} minutes={minutesOf(facts, flight)} />
          </div>
        ))}
      </CardLead>
      <CardFacts facts={useFacts(card)} />
      <CardFeet>
        {state === 'check-in-open' && checkIn?.payload !== undefined && (
          <CardFoot
            disabled={!enabled}
            onPress={() => onPress({ title: t('checkIn'), payload: checkIn.payload ?? '' })}
          >
            {t('checkIn')}
          </CardFoot>
        )}
        {state === 'check-in-open' && checkIn?.payload === undefined && checkIn?.url && (
          <CardFoot href={checkIn.url} spoken={t('opensOutside', { title: t('checkIn') })}>
            {t('checkIn')}
          </CardFoot>
        )}
        {state === 'checked-in' && (
          <CardFoot
            onPress={() =>
              onOpenPass(
                passes.map(({ wire }) => wire as BoardingPass),
                0,
              )
            }
          >
            {t('openPass')}
          </CardFoot>
        )}
      </CardFeet>
    </Card>
  );
}

function useFacts(card: Of<'itinerary' | 'checkin'>): Fact[] {
  const { t } = useTranslation('bots');
  const code = card.pnr ? [{ label: t('booking'), value: <bdi dir="ltr">{card.pnr}</bdi> }] : [];
  if (card.kind === 'checkin') {
    const [flight] = card.flights;
    const terminal = flight?.from.terminal;
    return terminal ? [...code, { label: t('terminal'), value: <bdi>{terminal}</bdi> }] : code;
  }
  const seats = card.travellers.flatMap((traveller) => traveller.seats);
  return [
    ...code,
    {
      label: t('travellers', { count: card.travellers.length }),
      value: card.travellers.map(({ name }) => (
        <bdi key={name} className={styles.traveller}>
          {passengerName(name)}
        </bdi>
      )),
    },
    ...(seats.length > 0
      ? [{ label: t('seats', { count: seats.length }), value: <bdi dir="ltr">{seats.join(', ')}</bdi> }]
      : []),
    // Each flight tells them anew; once is enough.
    ...card.extras
      .filter(({ title }, place, all) => all.findIndex((other) => other.title === title) === place)
      .slice(0, 2)
      .map(({ title, value }) => ({ label: title, value: <bdi>{value}</bdi> })),
  ];
}

function TripTag({ state, children }: { state: TripState; children: string }) {
  switch (state) {
    case 'confirmed':
    case 'checked-in':
      return (
        <StateTag tone="ok" icon={<Check size={14} aria-hidden="true" />}>
          {children}
        </StateTag>
      );
    case 'check-in-open':
      return <StateTag tone="action">{children}</StateTag>;
    case 'flown':
      return <StateTag tone="idle">{children}</StateTag>;
  }
}
