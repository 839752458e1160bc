import { describe, expect, test } from 'vitest';
import {
  type AirportTime,
  airportClock,
  airportDay,
  daysBetween,
  formatCountdown,
  instantDay,
  isPastEverywhere,
  parseAirportTime,
} from './airportTime.ts';

const wall = (text: string): AirportTime => {
  const parsed = parseAirportTime(text);
  if (!parsed) throw new Error(`${text} should be a wall time`);
  return parsed;
};

describe('A wall time', () => {
  test.each([
    ['2026-06-12T07:40', '07:40'],
    ['2026-06-12T00:05:30', '00:05'],
    ['2026-03-29T02:30', '02:30'], // does not exist in Warsaw; the airport's board decides, not our clock
    ['2026-06-12T23:59+02:00', '23:59'],
  ])('%s shows %s wherever the reader is', (text, clock) => expect(airportClock(wall(text))).toBe(clock));

  test.each(['', 'soon', '2026-02-30T10:00', '2026-06-12', '2026-06-12T24:01', '2026-13-01T00:00'])(
    '%j is none',
    (text) => expect(parseAirportTime(text)).toBeNull(),
  );

  test('A missing one is none', () => expect(parseAirportTime(undefined)).toBeNull());
});

describe('A day', () => {
  test.each([
    ['en-GB', 'Friday 12 June'],
    ['fr', 'vendredi 12 juin'],
    ['pl', 'piątek, 12 czerwca'],
    ['he', 'יום שישי, 12 ביוני'],
    ['ar-SA', 'الجمعة، 12 يونيو'], // Gregorian, digits 0 to 9
  ])('in %s is %s', (locale, day) =>
    expect(airportDay(wall('2026-06-12T07:40'), locale).replace(/[\u200E\u200F]/g, '')).toBe(day),
  );
});

describe('An arrival', () => {
  test.each([
    ['2026-06-12T23:40', '2026-06-13T01:20', 1],
    ['2026-06-12T07:40', '2026-06-12T11:20', 0],
    ['2026-12-31T23:00', '2027-01-01T06:00', 1],
    ['2026-06-12T01:00', '2026-06-11T18:00', -1],
  ])('%s to %s is %i days on', (from, to, days) => expect(daysBetween(wall(from), wall(to))).toBe(days));

  test('is past only when no zone can still be before it', () => {
    const landing = wall('2026-06-12T11:20');
    expect(isPastEverywhere(landing, Date.parse('2026-06-12T23:19:00Z'))).toBe(false);
    expect(isPastEverywhere(landing, Date.parse('2026-06-12T23:21:00Z'))).toBe(true);
  });
});

test('An instant shows date and time in the zone asked for', () =>
  expect(instantDay('2026-06-11T07:44:00Z', 'en-GB', 'Europe/Warsaw')).toBe('11 June 2026, 09:44'));

test.each([
  [1_104_000, '18:24'],
  [59_001, '01:00'],
  [3_723_000, '1:02:03'],
  [-5, '00:00'],
])('%i ms left is %s', (milliseconds, text) => expect(formatCountdown(milliseconds)).toBe(text));
