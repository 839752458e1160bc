import { describe, expect, test } from 'vitest';
import { detailsOf, faultsOf, typedOf } from './detailsForm.ts';

const typed = typedOf({ name: 'Zofia' }, 'PL');

describe('The form for details', () => {
  test('needs what is asked for and nothing else', () => {
    expect(faultsOf(typed, ['name'])).toEqual({});
    expect(faultsOf(typed, ['name', 'address'])).toEqual({
      street1: 'missing',
      postalCode: 'missing',
      city: 'missing',
    });
  });
  test.each(['zofia', 'a@b', 'a b@c.de', '@c.de', 'a@c..de'])('does not take %s for an address', (email) =>
    expect(faultsOf({ ...typed, email }, ['email'])).toEqual({ email: 'wrongEmail' }),
  );
  test.each(['1234', 'call me', '1234567890123456', '12+34567'])('does not take %s for a number', (phone) =>
    expect(faultsOf({ ...typed, phone }, ['phone'])).toEqual({ phone: 'wrongPhone' }),
  );
  test('sends what is asked for, trimmed, without empty parts', () =>
    expect(
      detailsOf(
        { ...typed, email: ' z@example.com ', street1: ' Długa 1', postalCode: '80-001', city: 'Gdańsk' },
        ['email', 'address'],
      ),
    ).toEqual({
      email: 'z@example.com',
      address: { street1: 'Długa 1', postalCode: '80-001', city: 'Gdańsk', country: 'PL' },
    }));
});
