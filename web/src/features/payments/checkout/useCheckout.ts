import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useReducer, useRef } from 'react';
import {
  askForQuote,
  forgetPaymentDetails,
  getPaymentDetails,
  type PayerDetails,
  savePaymentDetails,
} from '../../../api/checkout.ts';
import type { ThreadId } from '../../../api/ids.ts';
import type { Agreed } from '../../../api/money.ts';
import { isProblem } from '../../../api/problem.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { PayTarget } from '../../../api/slots.ts';
import type { Bought } from '../sheet/bought.ts';
import { checkoutAfter, isWhole, openCheckout, totalOf } from './checkout.ts';

const newKey = () => crypto.randomUUID();

/** Joins the state of what comes before the payment with the server. */
export function useCheckout(thread: ThreadId, target: PayTarget, bought: Bought) {
  const queries = useQueryClient();
  const [checkout, dispatch] = useReducer(checkoutAfter, bought, ({ amount, flexible, asks }) =>
    openCheckout(amount, flexible, asks, newKey()),
  );

  const saved = useQuery({
    queryKey: queryKeys.paymentDetails,
    queryFn: ({ signal }) => getPaymentDetails(signal),
    enabled: checkout.asks.length > 0,
  });
  useEffect(() => {
    if (saved.data) dispatch({ type: 'detailsLoaded', saved: saved.data });
  }, [saved.data]);

  const { phase, key } = checkout;
  const address = checkout.details.address;
  const asked = useRef(target);
  useEffect(() => {
    if (phase !== 'asking' || !address) return;
    const ended = new AbortController();
    const ask = async () => {
      // A lost answer is asked for again under the same key: the business is asked once.
      for (let tried = 0; tried < 3 && !ended.signal.aborted; tried++) {
        try {
          const quote = await askForQuote({ key, thread, address, ...asked.current }, ended.signal);
          return dispatch({ type: 'quoteTold', key, quote });
        } catch (error) {
          if (ended.signal.aborted) return;
          if (!isProblem(error) || !error.isPassing || error.status === 429) break;
        }
      }
      dispatch({ type: 'quoteLost', key });
    };
    void ask();
    return () => ended.abort();
  }, [phase, key, address, thread]);

  return {
    checkout,
    total: totalOf(checkout),
    detailsFailed: saved.isError,
    retryDetails: () => void saved.refetch(),
    change: () => dispatch({ type: 'changePressed' }),
    submit: (details: PayerDetails, keep: boolean) =>
      dispatch({ type: 'submitted', details, keep, key: newKey() }),
    choose: (option: string) => dispatch({ type: 'optionChosen', option }),
    askAgain: useCallback(() => dispatch({ type: 'askedAgain', key: newKey() }), []),
    /** What goes with the press on Pay. */
    agreed: (): Agreed => {
      const total = totalOf(checkout);
      return {
        ...(total && { amount: total }),
        ...(checkout.quote &&
          checkout.option !== null && { quote: checkout.quote.id, option: checkout.option }),
        ...(checkout.asks.length > 0 && { details: checkout.details }),
      };
    },
    /** After paying: they are kept, or no longer. */
    remember: async () => {
      if (checkout.asks.length === 0 || !isWhole(checkout.details, checkout.asks)) return;
      const { saved: were, ...before } = saved.data ?? { saved: false };
      try {
        // What this business did not ask for stays as it was.
        if (checkout.keep) await savePaymentDetails({ ...(were ? before : {}), ...checkout.details });
        else if (were) await forgetPaymentDetails();
        await queries.invalidateQueries({ queryKey: queryKeys.paymentDetails });
      } catch (error) {
        // The payment is made; that they are asked for again next time is no reason for an alarm.
        if (!isProblem(error)) throw error;
      }
    },
  };
}
