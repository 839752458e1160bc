/**
 * A time as it stands on the clock of one airport: `2026-06-12T07:40`, no zone. It is never shifted into
 * the reader's zone; UTC below is only a calendar to format with.
 */
export interface AirportTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

// Bookings are made in the Gregorian calendar and printed in the digits 0–9, also where the locale has its own.
const civil = { calendar: 'gregory', numberingSystem: 'latn' } as const;

/** Reads `YYYY-MM-DDThh:mm`; seconds or an offset, which some bots add, are left out. Null when it is no date. */
export function parseAirportTime(text: string | undefined): AirportTime | null {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})/.exec(text ?? '');
  if (!match) return null;
  const [year, month, day, hour, minute] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const wall = { year, month, day, hour, minute };
  const check = new Date(asUtc(wall));
  const same = check.getUTCMonth() === month - 1 && check.getUTCDate() === day && hour < 24 && minute < 60;
  return same ? wall : null;
}

/** `07:40`, on 24 hours and in the digits 0–9 everywhere, as airports write it. */
export function airportClock({ hour, minute }: AirportTime): string {
  return `${two(hour)}:${two(minute)}`;
}

/** `Friday 12 June`, or `Fri 12 June` when short, in the Gregorian calendar. */
export function airportDay(wall: AirportTime, locale: string, weekday: 'long' | 'short' = 'long'): string {
  return new Intl.DateTimeFormat(locale, {
    ...civil,
    timeZone: 'UTC',
    weekday,
    day: 'numeric',
    month: 'long',
  }).format(asUtc(wall));
}

/** Days between the two dates as printed: 1 for an arrival on the next day, −1 over the date line. */
export function daysBetween(from: AirportTime, to: AirportTime): number {
  return Math.round(
    (asUtc({ ...to, hour: 0, minute: 0 }) - asUtc({ ...from, hour: 0, minute: 0 })) / 86_400_000,
  );
}

/** True once the time has passed in every zone on Earth (the last one is 12 hours behind UTC). */
export function isPastEverywhere(wall: AirportTime, now: number): boolean {
  return now > asUtc(wall) + 12 * 3_600_000;
}

/** `11 June 2026, 09:44` of an instant, in the reader's own zone unless one is given. */
export function instantDay(instant: string | number, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    ...civil,
    ...(timeZone ? { timeZone } : {}),
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
    .format(new Date(instant))
    .replace(' at ', ', ');
}

/** Minutes and seconds until an instant, `18:24`, or `1:02:03` above an hour. Never negative. */
export function formatCountdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

function asUtc(wall: AirportTime): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
