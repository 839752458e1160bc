/** Instants of the protocol as people write them, in the zone and region of this device. */

const day = 24 * 60 * 60 * 1000;

/** Whole days from `a` to `b` on the calendar of this device, whatever their clock times. */
export function calendarDaysBetween(a: Date, b: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(b) - midnight(a)) / day);
}

/** `09:42`. */
export const formatClock = (instant: string, locale: string) =>
  new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }).format(new Date(instant));

/** The day above messages: today and yesterday by word, else `Sunday 3 May`, with the year when it is not this one. */
export function formatDay(instant: string, locale: string, now: Date): string {
  const date = new Date(instant);
  const daysAgo = calendarDaysBetween(date, now);
  if (daysAgo === 0 || daysAgo === 1) return relativeDay(-daysAgo, locale);
  return new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  }).format(date);
}

/** The time in an inbox row: clock today, the word yesterday, a weekday within a week, then a date. */
export function formatRowTime(instant: string, locale: string, now: Date): string {
  const date = new Date(instant);
  const daysAgo = calendarDaysBetween(date, now);
  if (daysAgo <= 0) return formatClock(instant, locale);
  if (daysAgo === 1) return relativeDay(-1, locale);
  if (daysAgo < 7) return new Intl.DateTimeFormat(locale, { weekday: 'short' }).format(date);
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: '2-digit' }),
  }).format(date);
}

function relativeDay(offset: 0 | -1 | number, locale: string): string {
  const word = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(offset, 'day');
  return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
}
