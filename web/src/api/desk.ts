import type { Instant, PurchaseId } from './ids.ts';
import { request } from './request.ts';
import type { Money, Purchase } from './types.ts';

export type ComplaintState = 'open' | 'settled' | 'declined' | 'withdrawn';

/** What a payer wants of a business about a purchase (docs/protocol/payments.md). */
export interface Complaint {
  id: string;
  purchase: PurchaseId;
  wants: 'refund' | 'help';
  /** What is to go back; absent: all that is left. */
  asked?: Money;
  note: string;
  state: ComplaintState;
  answer?: string;
  answerBy: Instant;
  createdAt: Instant;
  updatedAt: Instant;
}

export interface Refund {
  id: string;
  state: 'pending' | 'succeeded' | 'failed';
  amount: Money;
  createdAt: Instant;
}

export type DisputeState = 'needs_response' | 'under_review' | 'won' | 'lost';

export interface Desk {
  purchase: Purchase;
  refunds: Refund[];
  complaints: Complaint[];
  dispute?: { state: DisputeState; answerBy?: Instant };
}

export const getDesk = (id: PurchaseId, signal?: AbortSignal) =>
  request<Desk>('GET', `/api/purchases/${id}/desk`, { signal });

/** `key` is made when the form opens; asking twice with one key asks once. */
export const complain = (
  id: PurchaseId,
  complaint: { key: string; wants: Complaint['wants']; note: string; amountMinor?: number },
) => request<Complaint>('POST', `/api/purchases/${id}/complaints`, { body: complaint });

export const withdrawComplaint = (id: PurchaseId, complaint: string) =>
  request<Complaint>('POST', `/api/purchases/${id}/complaints/${complaint}/withdraw`);
