import type { TFunction } from 'i18next';
import { Check, RefreshCw, Ticket } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { BoardingPass } from '../../../api/types.ts';
import { airportClock, airportDay } from '../../../lib/airportTime.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Card } from '../../../ui/cards/Card.tsx';
import { CardFacts, type Fact } from '../../../ui/cards/CardFacts.tsx';
import { CardFeet } from '../../../ui/cards/CardFeet.tsx';
import { CardFoot } from '../../../ui/cards/CardFoot.tsx';
import { CardHead } from '../../../ui/cards/CardHead.tsx';
import { CardLead } from '../../../ui/cards/CardLead.tsx';
import { CardLines } from '../../../ui/cards/CardLines.tsx';
import { currentPasses, hasLanded } from '../../../ui/cards/cardState.ts';
import { passengerName } from '../../../ui/cards/passengerName.ts';
import type { Pass } from '../../../ui/cards/readTemplate.ts';
import { minutesOf } from '../../../ui/cards/threadFacts.ts';
import { useNow } from '../../../ui/cards/useNow.ts';
import { StateTag } from '../../../ui/StateTag.tsx';
import { speakCard } from '../speakCard.ts';
import { useSpeech } from '../useSpeech.ts';
import styles from './BoardingPassCard.module.css';
import type { CardContext, Of } from './context.ts';
import { FlightWay } from './FlightWay.tsx';

/** A boarding pass in the thread: the way, where to go and when; the code itself opens full screen. */
export function BoardingPassCard({ card, facts, onOpenPass }: { card: Of<'boarding'> } & CardContext) {
  const { t } = useTranslation('bots');
  const { locale } = useFormat();
  const speech = useSpeech();
  const now = useNow();
  const current = currentPasses(card, facts);
  const [first] = current;
  if (!first) return null;

  const { flight } = first.pass;
  const flown = hasLanded(flight, now);
  const updated = current.some((pass) => pass.updated);
  const state = flown ? t('tripFlown') : t('tripCheckedIn');
  // Passes of one traveller differ by flight, those of a family by name.
  const sameTraveller = current.every(({ pass }) => pass.passenger === first.pass.passenger);
  const shown = { ...card, passes: current.map(({ pass }) => pass) };

  return (
    <Card spoken={speakCard(shown, speech, state)}>
      <CardHead
        icon={<Ticket size={16} aria-hidden="true" />}
        tag={
          flown ? (
            <StateTag tone="idle">{state}</StateTag>
          ) : (
            <StateTag tone="ok" icon={<Check size={14} aria-hidden="true" />}>
              {state}
            </StateTag>
          )
        }
      >
        {t('boardingPasses', { count: current.length })}
      </CardHead>
      <CardLead>
        {card.intro && (
          <p className={styles.intro} dir="auto">
            {card.intro}
          </p>
        )}
        <p className="t-small soft">
          {airportDay(flight.departs, locale)}
          {' · '}
          <bdi className="n">{flight.number}</bdi>
        </p>
        <FlightWay flight={flight} minutes={minutesOf(facts, flight)} />
      </CardLead>
      <PassFacts passes={shown.passes} />
      {current.length > 1 && (
        <CardLines
          lines={shown.passes.map((pass) => ({
            label: <bdi>{sameTraveller ? wayOf(pass) : passengerName(pass.passenger)}</bdi>,
            amount: pass.seat ?? '',
          }))}
        />
      )}
      {updated && !flown && (
        <p className={`${styles.updated} t-meta`}>
          <RefreshCw size={14} aria-hidden="true" />
          {t('updated')}
        </p>
      )}
      <CardFeet>
        {!flown && (
          <CardFoot
            onPress={() =>
              onOpenPass(
                current.map(({ wire }) => wire as BoardingPass),
                0,
              )
            }
          >
            {t('openPasses', { count: current.length })}
          </CardFoot>
        )}
      </CardFeet>
    </Card>
  );
}

function PassFacts({ passes }: { passes: Of<'boarding'>['passes'] }) {
  const { t } = useTranslation('bots');
  const [first] = passes;
  return first ? <CardFacts facts={factsOf(first, passes, t)} /> : null;
}

function factsOf(first: Pass, passes: readonly Pass[], t: TFunction<'bots'>): Fact[] {
  const { boards, from } = first.flight;
  const shared: Fact[] = [
    ...(boards
      ? [
          {
            label: t('boarding'),
            value: (
              <bdi dir="ltr" className="n">
                {airportClock(boards)}
              </bdi>
            ),
          },
        ]
      : []),
    { label: t('gate'), value: from.gate ? <bdi dir="ltr">{from.gate}</bdi> : t('follows') },
  ];
  if (passes.length === 1)
    return first.seat
      ? [...shared, { label: t('seats', { count: 1 }), value: <bdi dir="ltr">{first.seat}</bdi> }]
      : shared;
  return shared;
}

const wayOf = ({ flight }: Pass) => `${flight.number}, ${flight.from.code}–${flight.to.code}`;
