import { expect, test } from 'vitest';
import { passengerName } from './passengerName.ts';

test.each([
  ['NOWAK/ZOFIA', 'Zofia Nowak'],
  ['JANSEN/EVAMRS', 'Eva Jansen'],
  ['VAN DER BERG/JAN-PIET MR', 'Jan-Piet Van Der Berg'],
  ["O'NEILL/WILLIAMS", "Williams O'Neill"],
  ['Zofia Nowak', 'Zofia Nowak'],
  ['נועה לוי', 'נועה לוי'],
  ['NOWAK', 'NOWAK'],
])('%s is read as %s', (printed, name) => expect(passengerName(printed)).toBe(name));
