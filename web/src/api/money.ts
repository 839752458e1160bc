import type { PayerDetails } from './checkout.ts';
import type { MethodId, PurchaseId, ThreadId } from './ids.ts';
import { request } from './request.ts';
import type { PayTarget } from './slots.ts';
import type { Method, Money, PayConfig, Purchase, WalletEntry } from './types.ts';

export const getWallet = (signal?: AbortSignal) =>
  request<{ balances: Money[] }>('GET', '/api/wallet', { signal });

export const getWalletEntries = (before: string | undefined, signal?: AbortSignal) =>
  request<{ entries: WalletEntry[]; next: string | null }>('GET', '/api/wallet/entries', {
    query: { limit: 50, before },
    signal,
  });

/** Saved cards, the default first, then one balance per currency. */
export const getMethods = (signal?: AbortSignal) =>
  request<{ methods: Method[] }>('GET', '/api/payment-methods', { signal });

export const addMethod = (token: string) =>
  request<Method>('POST', '/api/payment-methods', { body: { token } });

export const makeDefault = (id: MethodId) =>
  request<void>('PUT', `/api/payment-methods/${encodeURIComponent(id)}/default`);

export const removeMethod = (id: MethodId) =>
  request<void>('DELETE', `/api/payment-methods/${encodeURIComponent(id)}`);

export const getPayConfig = (signal?: AbortSignal) =>
  request<PayConfig>('GET', '/api/pay/config', { signal });

/** `key` is made when the sheet opens; paying twice with one key charges once. */
export const createPurchase = (
  purchase: { key: string; thread: ThreadId; method: MethodId } & PayTarget & Agreed,
) => request<Purchase>('POST', '/api/purchases', { body: purchase });

/** What the payer saw and gave; the server begins nothing if the price is another. */
export interface Agreed {
  amount?: Money;
  quote?: string;
  option?: string;
  details?: PayerDetails;
}

export const getPurchase = (id: PurchaseId, signal?: AbortSignal) =>
  request<Purchase>('GET', `/api/purchases/${id}`, { signal });

/** Only while a step of the payer is awaited. */
export const cancelPurchase = (id: PurchaseId) => request<Purchase>('POST', `/api/purchases/${id}/cancel`);
