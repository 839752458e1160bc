import type { Instant, ThreadId } from './ids.ts';
import { request } from './request.ts';
import type { PayTarget } from './slots.ts';
import type { Money } from './types.ts';

export interface PostalAddress {
  street1: string;
  street2?: string;
  city: string;
  state?: string;
  postalCode: string;
  /** Two capital letters. */
  country: string;
  name?: string;
}

/** What a business may ask of its payer (docs/protocol/payments.md). */
export interface PayerDetails {
  name?: string;
  email?: string;
  phone?: string;
  address?: PostalAddress;
}

export interface SavedDetails extends PayerDetails {
  /** False: nothing is kept, and `name` is what one is called here. */
  saved: boolean;
}

export type QuoteFailure = 'no_answer' | 'bad_answer' | 'not_sent_there' | 'nobody_asked';

export interface ShippingOption {
  id: string;
  title: string;
  lines: { label: string; amountMinor: number }[];
  /** The whole price with this way of sending. */
  total: Money;
}

export interface Quote {
  id: string;
  state: 'asking' | 'offered' | 'failed';
  failure?: QuoteFailure;
  options: ShippingOption[];
  expiresAt: Instant;
}

/** `key` names this address of this button; the business has 20 seconds, so an answer may need a repeat. */
export const askForQuote = (
  quote: { key: string; thread: ThreadId; address: PostalAddress } & PayTarget,
  signal?: AbortSignal,
) => request<Quote>('POST', '/api/purchases/quotes', { body: quote, signal });

export const getPaymentDetails = (signal?: AbortSignal) =>
  request<SavedDetails>('GET', '/api/payment-details', { signal });

export const savePaymentDetails = (details: PayerDetails) =>
  request<void>('PUT', '/api/payment-details', { body: details });

export const forgetPaymentDetails = () => request<void>('DELETE', '/api/payment-details');
