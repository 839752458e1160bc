import { airportClock, daysBetween } from '../../../lib/airportTime.ts';
import type { Flight } from '../../../ui/cards/readTemplate.ts';
import { Way } from '../../../ui/cards/Way.tsx';
import { useDuration } from './useDuration.ts';

/** The way of one flight, in the clocks of its two airports. */
export function FlightWay({ flight, minutes }: { flight: Flight; minutes?: number | undefined }) {
  const duration = useDuration();
  const days = flight.arrives ? daysBetween(flight.departs, flight.arrives) : 0;
  return (
    <Way
      from={{ ...flight.from, large: airportClock(flight.departs) }}
      to={{
        ...flight.to,
        large: flight.arrives ? airportClock(flight.arrives) : '',
        days: days === 0 ? undefined : days > 0 ? `+${days}` : `−${-days}`,
      }}
      middle={minutes === undefined ? undefined : duration(minutes)}
    />
  );
}
