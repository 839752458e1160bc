import type { Method, Money, Purchase, PurchaseFailure } from '../../api/types.ts';

/**
 * Why an attempt ended without a charge. The last three: the server refused it before there was a purchase, for the
 * price is another by now, for something in the payer's details, or for any other reason.
 */
export type AttemptFailure = PurchaseFailure | 'price_changed' | 'details_refused' | 'not_started';

/**
 * The pay sheet as plain state. It says what may be pressed and what is shown; requests are sent by `usePaySheet`.
 *
 * `key` makes one attempt one purchase: it is made when the sheet opens, repeated with every retry of the same
 * attempt, and renewed only after a definite failure, because only then is nothing of the old attempt alive.
 */
export interface PaySheet {
  phase:
    | 'choosing'
    | 'adding' // the card form is open
    | 'paying'
    | 'challenge'
    | 'paid'
    | 'refunded'
    | 'unknown' // the bank's answer is missing; never charged twice
    | 'ended'; // the price is no longer held
  amount: Money;
  key: string;
  /** Null while loading. */
  methods: readonly Method[] | null;
  methodsFailed: boolean;
  chosen: string | null;
  /** Why the last attempt ended without a charge. */
  failure: AttemptFailure | null;
  purchase: Purchase | null;
  /** The purchase of the attempt that failed last; what is still told of it no longer counts. */
  failedPurchase: string | null;
  /** What `paying` is doing, while there is no purchase yet: the card is turned into a token and saved. */
  savingCard: boolean;
  cardProblem: string | null;
  /** The server could not be reached with this attempt: whether it has it is not known. */
  lost: boolean;
  offline: boolean;
}

export type PaySheetEvent =
  | { type: 'methodsLoaded'; methods: readonly Method[] }
  | { type: 'methodsFailed' }
  | { type: 'priced'; amount: Money }
  | { type: 'chosen'; method: string }
  | { type: 'cardFormOpened' }
  | { type: 'cardFormClosed' }
  | { type: 'cardSubmitted' }
  | { type: 'cardRefused'; code: string }
  | { type: 'cardSaved'; method: Method }
  | { type: 'payPressed' }
  | { type: 'purchaseTold'; purchase: Purchase; nextKey: string }
  | { type: 'purchaseRefused'; failure: AttemptFailure; nextKey: string }
  | { type: 'serverNotReached' }
  | { type: 'stillNotReached' }
  | { type: 'askedAgain' }
  | { type: 'holdEnded' }
  | { type: 'connectionChanged'; offline: boolean };

export function openPaySheet(amount: Money, key: string, offline: boolean): PaySheet {
  return {
    phase: 'choosing',
    amount,
    key,
    methods: null,
    methodsFailed: false,
    chosen: null,
    failure: null,
    purchase: null,
    failedPurchase: null,
    savingCard: false,
    cardProblem: null,
    lost: false,
    offline,
  };
}

export function paySheetAfter(sheet: PaySheet, event: PaySheetEvent): PaySheet {
  switch (event.type) {
    case 'methodsLoaded': {
      const kept = event.methods.some(({ id }) => id === sheet.chosen) ? sheet.chosen : null;
      const chosen = kept ?? firstUsable(event.methods, sheet.amount, null);
      const hasCard = event.methods.some(({ kind }) => kind === 'card');
      // Somebody who has nothing to pay with sees the card form at once.
      const phase = sheet.phase === 'choosing' && chosen === null && !hasCard ? 'adding' : sheet.phase;
      return { ...sheet, methods: event.methods, methodsFailed: false, chosen, phase };
    }
    case 'methodsFailed':
      return sheet.methods ? sheet : { ...sheet, methodsFailed: true };
    case 'priced': {
      if (!isOpen(sheet) || event.amount.amountMinor === sheet.amount.amountMinor) return sheet;
      // What was chosen may not suffice any more, as a balance for a higher price.
      const kept = sheet.methods?.find(({ id }) => id === sheet.chosen);
      const chosen =
        kept && canPay(kept, event.amount) ? kept.id : firstUsable(sheet.methods ?? [], event.amount, null);
      return { ...sheet, amount: event.amount, chosen };
    }
    case 'chosen': {
      const method = sheet.methods?.find(({ id }) => id === event.method);
      if (!isOpen(sheet) || !method || !canPay(method, sheet.amount)) return sheet;
      return { ...sheet, phase: 'choosing', chosen: method.id };
    }
    case 'cardFormOpened':
      return isOpen(sheet) ? { ...sheet, phase: 'adding', cardProblem: null } : sheet;
    case 'cardFormClosed':
      return sheet.phase === 'adding' ? { ...sheet, phase: 'choosing', cardProblem: null } : sheet;
    case 'cardSubmitted':
      return sheet.phase === 'adding' && !sheet.offline
        ? { ...sheet, savingCard: true, cardProblem: null, failure: null }
        : sheet;
    case 'cardRefused':
      return sheet.phase === 'adding' ? { ...sheet, savingCard: false, cardProblem: event.code } : sheet;
    case 'cardSaved': {
      if (sheet.phase !== 'adding') return sheet;
      const others = (sheet.methods ?? []).filter(({ id }) => id !== event.method.id);
      return {
        ...sheet,
        phase: 'paying',
        savingCard: false,
        methods: [event.method, ...others],
        chosen: event.method.id,
        failure: null,
      };
    }
    case 'payPressed':
      return mayPay(sheet)
        ? { ...sheet, phase: 'paying', failure: null, purchase: null, lost: false }
        : sheet;
    case 'purchaseTold':
      return afterPurchase(sheet, event.purchase, event.nextKey);
    case 'purchaseRefused':
      return sheet.phase === 'paying' ? afterFailure(sheet, event.failure, event.nextKey) : sheet;
    case 'serverNotReached':
      return sheet.phase === 'paying' ? { ...sheet, lost: true } : sheet;
    case 'stillNotReached':
      return sheet.phase === 'paying' ? { ...sheet, phase: 'unknown' } : sheet;
    case 'askedAgain':
      return sheet.phase === 'unknown' ? { ...sheet, phase: 'paying', lost: false } : sheet;
    case 'holdEnded':
      // What is on its way is decided by the server, which knows whether the price was still held.
      return isOpen(sheet) ? { ...sheet, phase: 'ended', savingCard: false } : sheet;
    case 'connectionChanged':
      return sheet.offline === event.offline ? sheet : { ...sheet, offline: event.offline };
  }
}

/** Whether a press on Pay sends something. A second press of a double tap finds `paying` and does nothing. */
export function mayPay(sheet: PaySheet): boolean {
  const method = sheet.methods?.find(({ id }) => id === sheet.chosen);
  return sheet.phase === 'choosing' && !sheet.offline && method !== undefined && canPay(method, sheet.amount);
}

/** A card always may; a balance only in the same currency and when it suffices. */
export const canPay = (method: Method, amount: Money) =>
  method.kind === 'card' || (method.currency === amount.currency && method.amountMinor >= amount.amountMinor);

/** Nothing has been sent, or it has definitely ended without a charge: closing charges nothing. */
export const isOpen = (sheet: PaySheet) =>
  (sheet.phase === 'choosing' || sheet.phase === 'adding') && !sheet.savingCard;

function afterPurchase(sheet: PaySheet, purchase: Purchase, nextKey: string): PaySheet {
  if (sheet.phase === 'paid' && purchase.state !== 'refunded') return sheet;
  if (sheet.phase === 'refunded') return sheet;
  const old = sheet.purchase;
  if (old && old.id === purchase.id && old.updatedAt > purchase.updatedAt) return sheet; // overtaken by newer news
  if (purchase.state === 'failed' && (isOpen(sheet) || purchase.id === sheet.failedPurchase)) return sheet;
  const told: PaySheet = { ...sheet, purchase, amount: purchase.amount, lost: false };
  switch (purchase.state) {
    case 'created':
    case 'confirming':
    case 'authorising':
      return { ...told, phase: 'paying' };
    case 'requires_action':
      return { ...told, phase: 'challenge' };
    case 'captured':
    case 'partly_refunded':
      return { ...told, phase: 'paid', failure: null };
    case 'refunded':
      return { ...told, phase: 'refunded', failure: null };
    case 'unknown':
      return { ...told, phase: 'unknown' };
    case 'failed':
      return afterFailure(
        { ...told, failedPurchase: purchase.id },
        purchase.failure?.code ?? 'processor_unavailable',
        nextKey,
      );
  }
}

function afterFailure(sheet: PaySheet, failure: AttemptFailure, nextKey: string): PaySheet {
  const failedMethod = byCard.has(failure) ? sheet.chosen : null;
  const chosen = firstUsable(sheet.methods ?? [], sheet.amount, failedMethod) ?? sheet.chosen;
  return { ...sheet, phase: 'choosing', failure, key: nextKey, chosen, lost: false };
}

// After these another card is worth trying; after the others the same one may work.
const byCard = new Set<AttemptFailure>([
  'card_declined',
  'insufficient_funds',
  'expired_card',
  'authentication_failed',
]);

function firstUsable(methods: readonly Method[], amount: Money, not: string | null): string | null {
  return methods.find((method) => method.id !== not && canPay(method, amount))?.id ?? null;
}
