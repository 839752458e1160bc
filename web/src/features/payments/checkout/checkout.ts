import type {
  PayerDetails,
  Quote,
  QuoteFailure,
  SavedDetails,
  ShippingOption,
} from '../../../api/checkout.ts';
import type { Money } from '../../../api/types.ts';

export type Asked = 'name' | 'email' | 'phone' | 'address';

/**
 * What comes before the payment where a business asks for it: who, where to, and what delivery costs. Plain state;
 * requests are sent by `useCheckout`.
 */
export interface Checkout {
  phase:
    | 'loading'
    | 'editing' // the form is open
    | 'asking' // the business is asked for the price
    | 'unpriced' // it gave none; `problem` says why
    | 'ready';
  asks: readonly Asked[];
  flexible: boolean;
  goods: Money;
  details: PayerDetails;
  /** Whether they are to be kept for next time. */
  keep: boolean;
  /** Names the question for the price: a repeat of it is the same question. */
  key: string;
  quote: Quote | null;
  option: string | null;
  problem: QuoteFailure | 'not_reached' | null;
  /** The price that was shown before it changed. */
  before: Money | null;
}

export type CheckoutEvent =
  | { type: 'detailsLoaded'; saved: SavedDetails }
  | { type: 'changePressed' }
  | { type: 'submitted'; details: PayerDetails; keep: boolean; key: string }
  | { type: 'quoteTold'; key: string; quote: Quote }
  | { type: 'quoteLost'; key: string }
  | { type: 'optionChosen'; option: string }
  | { type: 'askedAgain'; key: string };

const asked: Record<string, Asked> = {
  contact_name: 'name',
  contact_email: 'email',
  contact_phone: 'phone',
  shipping_address: 'address',
};

export function openCheckout(
  goods: Money,
  flexible: boolean,
  names: readonly string[],
  key: string,
): Checkout {
  const wanted = new Set(names.flatMap((name) => asked[name] ?? []));
  if (flexible) wanted.add('address');
  // The business knows one's name anyway: alone it is not worth a form.
  const asks = wanted.size === 1 && wanted.has('name') ? [] : order.filter((each) => wanted.has(each));
  return {
    phase: asks.length > 0 ? 'loading' : 'ready',
    asks,
    flexible,
    goods,
    details: {},
    keep: false,
    key,
    quote: null,
    option: null,
    problem: null,
    before: null,
  };
}

const order: readonly Asked[] = ['name', 'email', 'phone', 'address'];

export function checkoutAfter(checkout: Checkout, event: CheckoutEvent): Checkout {
  switch (event.type) {
    case 'detailsLoaded': {
      if (checkout.phase !== 'loading') return checkout;
      const { saved, ...details } = event.saved;
      const known = only(details, checkout.asks);
      const next = { ...checkout, details: known, keep: saved };
      return isWhole(known, checkout.asks) && saved ? begun(next) : { ...next, phase: 'editing' };
    }
    case 'changePressed':
      return checkout.asks.length > 0 && checkout.phase !== 'loading'
        ? { ...checkout, phase: 'editing', before: null }
        : checkout;
    case 'submitted':
      return checkout.phase === 'editing' && isWhole(event.details, checkout.asks)
        ? begun({ ...checkout, details: event.details, keep: event.keep, key: event.key, before: null })
        : checkout;
    case 'quoteTold':
      return checkout.phase === 'asking' && event.key === checkout.key
        ? priced(checkout, event.quote)
        : checkout;
    case 'quoteLost':
      return checkout.phase === 'asking' && event.key === checkout.key
        ? { ...checkout, phase: 'unpriced', quote: null, problem: 'not_reached' }
        : checkout;
    case 'optionChosen':
      return checkout.phase === 'ready' && checkout.quote?.options.some(({ id }) => id === event.option)
        ? { ...checkout, option: event.option, before: null }
        : checkout;
    case 'askedAgain':
      return checkout.flexible && (checkout.phase === 'ready' || checkout.phase === 'unpriced')
        ? { ...checkout, phase: 'asking', key: event.key, before: totalOf(checkout) }
        : checkout;
  }
}

/** The price as it stands; null while it is not known. */
export function totalOf(checkout: Checkout): Money | null {
  if (!checkout.flexible) return checkout.goods;
  return chosenOption(checkout)?.total ?? null;
}

export const chosenOption = ({ quote, option }: Checkout): ShippingOption | undefined =>
  quote?.options.find(({ id }) => id === option);

/** Everything that is asked for is there. */
export const isWhole = (details: PayerDetails, asks: readonly Asked[]) =>
  asks.every((each) => details[each] !== undefined);

/** Of what is known, what this business asks for. */
export function only(details: PayerDetails, asks: readonly Asked[]): PayerDetails {
  return Object.fromEntries(asks.flatMap((each) => (details[each] ? [[each, details[each]]] : [])));
}

const begun = (checkout: Checkout): Checkout => ({
  ...checkout,
  phase: checkout.flexible ? 'asking' : 'ready',
  quote: null,
  problem: null,
});

function priced(checkout: Checkout, quote: Quote): Checkout {
  if (quote.state !== 'offered')
    return { ...checkout, phase: 'unpriced', quote: null, problem: quote.failure ?? 'no_answer' };
  // The way that was chosen before, where it is still offered; else the first, as the business puts them.
  const option = quote.options.find(({ id }) => id === checkout.option) ?? quote.options[0];
  const { before } = checkout;
  return {
    ...checkout,
    phase: 'ready',
    quote,
    problem: null,
    option: option?.id ?? null,
    before: before && option && before.amountMinor !== option.total.amountMinor ? before : null,
  };
}
