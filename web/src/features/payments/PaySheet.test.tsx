import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import i18next from 'i18next';
import { I18nextProvider, initReactI18next } from 'react-i18next';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Purchase, Thread } from '../../api/types.ts';
import { page, purchaseCard, said } from '../../ui/cards/samples.ts';
import ui from '../../ui/locales/en.json';
import en from './locales/en.json';
import PaySheet from './PaySheet.tsx';

const i18n = i18next.createInstance();
const card = (id: string, brand: string, last4: string) => ({
  id,
  kind: 'card',
  brand,
  last4,
  expMonth: 8,
  expYear: 2028,
  isDefault: id === '11',
});
const thread = { id: '7', kind: 'business', title: page.name, members: [], page } as unknown as Thread;
const event = said(4, purchaseCard);

let purchases: Record<string, unknown>[] = [];
let answer: () => Response;
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const purchase = (state: Purchase['state'], more: object = {}) => ({
  id: '900',
  state,
  thread: '7',
  seq: 4,
  element: 0,
  button: 0,
  amount: { amountMinor: 21460, currency: 'EUR' },
  lines: [],
  merchant: { id: '5', name: 'Halcyon Air' },
  createdAt: '2026-06-11T07:44:00.000Z',
  updatedAt: '2026-06-11T07:44:00.000Z',
  ...more,
});

beforeAll(async () => {
  await i18n.use(initReactI18next).init({
    resources: { en: { payments: en, ui } },
    lng: 'en',
    keySeparator: false,
    interpolation: { escapeValue: false },
  });
});

beforeEach(() => {
  purchases = [];
  answer = () => json(purchase('captured'), 201);
  vi.stubGlobal('matchMedia', () => ({
    matches: true,
    addEventListener: () => {},
    removeEventListener: () => {},
  }));
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    if (input === '/api/payment-methods')
      return json({ methods: [card('11', 'visa', '4242'), card('12', 'mastercard', '5454')] });
    if (input === '/api/purchases') {
      purchases.push(JSON.parse(String(init.body)));
      return answer();
    }
    throw new Error(`nobody expected ${input}`);
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function open() {
  const onClose = vi.fn();
  render(
    <I18nextProvider i18n={i18n}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <PaySheet
          thread={thread}
          event={event}
          target={{ seq: 4, element: 0, button: 0 }}
          onClose={onClose}
        />
      </QueryClientProvider>
    </I18nextProvider>,
  );
  const pay = await screen.findByRole('button', { name: 'Pay 214.60 euros' });
  await waitFor(() => expect(pay).toHaveProperty('disabled', false));
  return { pay, onClose };
}

describe('The pay sheet', () => {
  test('names merchant and amount, and begins at the amount', async () => {
    await open();
    expect(screen.getByRole('dialog', { name: 'Pay Halcyon Air, 214.60 euros' })).toBeTruthy();
    expect(document.activeElement?.textContent).toBe('EUR 214.60');
  });

  test('sends one purchase for a double tap, with the button and the default card', async () => {
    const { pay } = await open();
    act(() => {
      pay.click();
      pay.click();
    });
    await screen.findByText('Paid');
    expect(purchases).toEqual([
      {
        key: expect.any(String),
        thread: '7',
        seq: 4,
        element: 0,
        button: 0,
        method: '11',
        amount: { amountMinor: 21460, currency: 'EUR' },
      },
    ]);
  });

  test('says a decline once, aloud, and pays with the other card under a new key', async () => {
    answer = () => json(purchase('failed', { failure: { code: 'card_declined' } }), 201);
    const { pay } = await open();
    fireEvent.click(pay);
    await screen.findByText('Your bank said no. Nothing was charged.');
    expect(screen.getByRole('radio', { checked: true }).closest('label')?.textContent).toContain('5454');

    answer = () => json(purchase('captured', { id: '901' }), 201);
    fireEvent.click(screen.getByRole('button', { name: 'Pay 214.60 euros' }));
    await screen.findByText('Paid');
    expect(purchases.map(({ method }) => method)).toEqual(['11', '12']);
    expect(new Set(purchases.map(({ key }) => key)).size).toBe(2);
  });

  test('closes by Esc without a charge', async () => {
    const { onClose } = await open();
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    expect(onClose).toHaveBeenCalledTimes(1);
    expect(purchases).toEqual([]);
  });

  test('closes itself when the message has no such button', async () => {
    const onClose = vi.fn();
    render(
      <I18nextProvider i18n={i18n}>
        <QueryClientProvider client={new QueryClient()}>
          <PaySheet
            thread={thread}
            event={event}
            target={{ seq: 4, element: 0, button: 1 }}
            onClose={onClose}
          />
        </QueryClientProvider>
      </I18nextProvider>,
    );
    expect(onClose).toHaveBeenCalled();
  });
});
