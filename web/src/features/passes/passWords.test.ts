import { expect, test } from 'vitest';
import { readPass } from '../../ui/cards/readTemplate.ts';
import { furtherFields } from './passWords.ts';

const pass = readPass({
  passenger_name: 'NOWAK/ZOFIA',
  pnr_number: 'K7QX2M',
  seat: '12A',
  travel_class: 'economy',
  auxiliary_fields: [
    { label: 'Class', value: 'Economy' },
    { label: 'Terminal', value: 'A' },
    { label: 'Departure', value: '07:40' },
  ],
  secondary_fields: [
    { label: 'Gate', value: 'b14' },
    { label: 'Seat', value: '12A' },
    { label: 'Group', value: '2' },
    { label: 'Group', value: '2' },
  ],
  flight_info: {
    flight_number: 'HS412',
    departure_airport: { airport_code: 'WAW', city: 'Warsaw', gate: 'B 14' },
    arrival_airport: { airport_code: 'ATH', city: 'Athens' },
    flight_schedule: { departure_time: '2026-06-12T07:40' },
  },
});

test('What a pass prints large already is not printed again', () =>
  expect(pass && furtherFields(pass)).toEqual([
    { label: 'Terminal', value: 'A' },
    { label: 'Group', value: '2' },
  ]));
