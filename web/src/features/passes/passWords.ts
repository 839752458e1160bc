import type { TFunction } from 'i18next';
import { airportClock } from '../../lib/airportTime.ts';
import { passengerName } from '../../ui/cards/passengerName.ts';
import type { Field, Pass } from '../../ui/cards/readTemplate.ts';

/** "Boarding pass, Zofia Nowak, HS 412, boarding 07:05, gate B 14, seat 12A." */
export function speakPass(pass: Pass, t: TFunction<'passes'>): string {
  const { flight } = pass;
  return [
    t('boardingPass'),
    passengerName(pass.passenger),
    flight.number,
    flight.boards && t('spokenBoarding', { time: airportClock(flight.boards) }),
    flight.from.gate ? t('spokenGate', { gate: flight.from.gate }) : t('gateFollows'),
    pass.seat && t('spokenSeat', { seat: pass.seat }),
  ]
    .filter(Boolean)
    .join(', ');
}

/**
 * The labelled fields of a pass that say something new. Businesses repeat gate, seat and times in them; what is
 * printed large already is left out.
 */
export function furtherFields(pass: Pass): Field[] {
  const { flight } = pass;
  const bare = (value: string | undefined) => value?.replace(/\s/g, '').toUpperCase();
  const shown = new Set(
    [
      pass.seat,
      flight.from.gate,
      flight.number,
      flight.boards && airportClock(flight.boards),
      airportClock(flight.departs),
      flight.arrives && airportClock(flight.arrives),
      pass.pnr,
      pass.travelClass,
    ].map(bare),
  );
  return pass.fields.filter(({ value }, index, all) => {
    const first = all.findIndex(
      (other) => bare(other.value) === bare(value) && other.label === all[index]?.label,
    );
    return !shown.has(bare(value)) && first === index;
  });
}
