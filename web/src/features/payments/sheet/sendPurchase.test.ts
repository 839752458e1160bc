import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Purchase } from '../../../api/types.ts';
import { sendPurchase } from './sendPurchase.ts';

const attempt = { key: 'key-1', thread: '7', seq: 4, button: 0, method: '11' } as unknown as Parameters<
  typeof sendPurchase
>[0];
const purchase = { id: '900', state: 'created' } as Purchase;
const answer = (status: number, body: unknown) => () =>
  Promise.resolve(
    new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }),
  );
const unreachable = () => Promise.reject(new TypeError('Failed to fetch'));

const fetched = vi.fn<typeof fetch>();
const bodies = () => fetched.mock.calls.map(([, init]) => JSON.parse(String(init?.body)));
const send = (signal = new AbortController().signal) => {
  const onLost = vi.fn();
  return { onLost, outcome: sendPurchase(attempt, { signal, onLost, wait: () => Promise.resolve() }) };
};

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
});

describe('An attempt to pay', () => {
  test('is sent once when it is answered', async () => {
    fetched.mockImplementation(answer(201, purchase));
    expect(await send().outcome).toEqual({ kind: 'answered', purchase });
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test('is repeated under the same key when the connection breaks', async () => {
    fetched.mockImplementationOnce(unreachable).mockImplementationOnce(answer(200, purchase));
    const { outcome, onLost } = send();
    expect(await outcome).toEqual({ kind: 'answered', purchase });
    expect(onLost).toHaveBeenCalledTimes(1);
    expect(bodies().map(({ key }) => key)).toEqual(['key-1', 'key-1']);
  });

  test('is not known to have failed when no answer comes at all', async () => {
    fetched.mockImplementation(unreachable);
    expect(await send().outcome).toEqual({ kind: 'notReached' });
    expect(new Set(bodies().map(({ key }) => key))).toEqual(new Set(['key-1']));
    expect(fetched).toHaveBeenCalledTimes(5);
  });

  test('is refused for good by a definite answer', async () => {
    fetched.mockImplementation(answer(409, { code: 'insufficient_funds', title: 'x' }));
    expect(await send().outcome).toEqual({ kind: 'refused', failure: 'insufficient_funds' });
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test('that the server does not take is not blamed on the bank', async () => {
    fetched.mockImplementation(answer(400, { code: 'button_invalid', title: 'x' }));
    expect(await send().outcome).toEqual({ kind: 'refused', failure: 'not_started' });
  });

  test('ends with the sheet', async () => {
    const controller = new AbortController();
    fetched.mockImplementation(unreachable);
    const outcome = sendPurchase(attempt, { signal: controller.signal, onLost: () => controller.abort() });
    await expect(outcome).rejects.toThrow();
  });
});
