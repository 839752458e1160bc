import { describe, expect, test } from 'vitest';
import { readFrameMessage } from './frame.ts';

const pay = { origin: 'http://pay.localhost:8080', window: {} };
const say = (data: unknown, from: { origin?: string; source?: unknown } = {}) =>
  readFrameMessage(
    { origin: from.origin ?? pay.origin, source: (from.source ?? pay.window) as Window, data },
    pay,
  );

const token = { type: 'stoa.card.token', token: 'tok_1', brand: 'visa', last4: '4242' };

describe('A message from the card page', () => {
  test('is read when origin and window are its own', () => expect(say(token)).toEqual(token));
  test.each([
    ['http://localhost:8080'],
    ['https://pay.localhost:8080'],
    ['http://pay.localhost:8080.evil.example'],
    ['null'],
  ])('is not read from the origin %s', (origin) => expect(say(token, { origin })).toBeNull());
  test('is not read from another window of the same origin', () =>
    expect(say(token, { source: {} })).toBeNull());
  test('is not read before the frame has a window', () =>
    expect(
      readFrameMessage(
        { origin: pay.origin, source: null, data: token },
        { origin: pay.origin, window: undefined },
      ),
    ).toBeNull());
  test.each([
    [null],
    ['stoa.card.token'],
    [{ type: 'stoa.card.token', token: '' }],
    [{ type: 'stoa.card.height', height: '12' }],
    [{ type: 'stoa.card.valid', valid: 'yes' }],
    [{ type: 'other' }],
  ])('%j says nothing', (data) => expect(say(data)).toBeNull());
});
