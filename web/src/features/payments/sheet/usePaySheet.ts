import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { MethodId, ThreadId } from '../../../api/ids.ts';
import { type Agreed, addMethod, cancelPurchase, getMethods, getPurchase } from '../../../api/money.ts';
import { isProblem } from '../../../api/problem.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { PayTarget } from '../../../api/slots.ts';
import type { Money, Purchase } from '../../../api/types.ts';
import { openPaySheet, type PaySheetEvent, paySheetAfter } from '../paySheet.ts';
import { sendPurchase } from './sendPurchase.ts';

const newKey = () => crypto.randomUUID();

/** Joins the state of the sheet with the server: what is pressed goes out, what is told comes in. */
export function usePaySheet(thread: ThreadId, target: PayTarget, amount: Money, agreed: () => Agreed) {
  const queries = useQueryClient();
  const [sheet, setSheet] = useState(() => openPaySheet(amount, newKey(), !navigator.onLine));
  // Two presses in one frame must see each other, and React shows state only with the next one.
  const current = useRef(sheet);
  const ended = useRef(new AbortController());
  const more = useRef(agreed);
  more.current = agreed;

  const dispatch = useCallback((event: PaySheetEvent) => {
    current.current = paySheetAfter(current.current, event);
    setSheet(current.current);
    return current.current;
  }, []);
  const tell = useCallback(
    (purchase: Purchase) => dispatch({ type: 'purchaseTold', purchase, nextKey: newKey() }),
    [dispatch],
  );

  useEffect(() => {
    ended.current = new AbortController();
    const { current: controller } = ended;
    return () => controller.abort();
  }, []);

  useEffect(() => {
    const look = () => dispatch({ type: 'connectionChanged', offline: !navigator.onLine });
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, [dispatch]);

  const methods = useQuery({ queryKey: queryKeys.methods, queryFn: ({ signal }) => getMethods(signal) });
  useEffect(() => {
    if (methods.data) dispatch({ type: 'methodsLoaded', methods: methods.data.methods });
    else if (methods.isError) dispatch({ type: 'methodsFailed' });
  }, [methods.data, methods.isError, dispatch]);

  // Live frames write into this query; the interval is for a socket that is down.
  const id = sheet.purchase?.id;
  const underWay = sheet.phase === 'paying' || sheet.phase === 'challenge' || sheet.phase === 'unknown';
  const told = useQuery({
    queryKey: id ? queryKeys.purchase(id) : ['purchase', 'none'],
    queryFn: ({ signal }) => (id ? getPurchase(id, signal) : Promise.reject(new Error('no purchase yet'))),
    enabled: id !== undefined && underWay,
    refetchInterval: sheet.phase === 'unknown' ? 5_000 : 2_000,
    retry: true,
    staleTime: 0,
  });
  useEffect(() => {
    if (told.data) tell(told.data);
  }, [told.data, tell]);

  useEffect(() => {
    if (sheet.phase !== 'paid' && sheet.phase !== 'refunded') return;
    void queries.invalidateQueries({ queryKey: queryKeys.wallet });
    void queries.invalidateQueries({ queryKey: queryKeys.methods });
  }, [sheet.phase, queries]);

  const send = useCallback(async () => {
    const { key, chosen } = current.current;
    const { signal } = ended.current;
    try {
      const outcome = await sendPurchase(
        { key, thread, method: chosen as MethodId, ...target, ...more.current() },
        { signal, onLost: () => dispatch({ type: 'serverNotReached' }) },
      );
      if (signal.aborted) return;
      if (outcome.kind === 'answered') {
        queries.setQueryData(queryKeys.purchase(outcome.purchase.id), outcome.purchase);
        tell(outcome.purchase);
      } else if (outcome.kind === 'refused')
        dispatch({ type: 'purchaseRefused', failure: outcome.failure, nextKey: newKey() });
      else dispatch({ type: 'stillNotReached' });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }, [dispatch, tell, queries, thread, target]);

  const sendAfter = (event: PaySheetEvent) => {
    const before = current.current;
    const after = dispatch(event);
    if (after !== before && after.phase === 'paying' && before.phase !== 'paying') void send();
  };

  return {
    sheet,
    dispatch,
    pay: () => sendAfter({ type: 'payPressed' }),
    /** The card page has made a token: it is saved for next time and pays at once. */
    payWithToken: async (token: string) => {
      try {
        const method = await addMethod(token);
        sendAfter({ type: 'cardSaved', method });
        void queries.invalidateQueries({ queryKey: queryKeys.methods });
      } catch (error) {
        dispatch({ type: 'cardRefused', code: isProblem(error) ? error.code : 'network_unreachable' });
      }
    },
    askAgain: () => {
      if (current.current.purchase) void told.refetch();
      else sendAfter({ type: 'askedAgain' });
    },
    /** The challenge has been answered, or is given up. */
    challengeDone: () => void told.refetch(),
    cancel: async () => {
      const purchase = current.current.purchase;
      if (!purchase) return;
      try {
        tell(await cancelPurchase(purchase.id));
      } catch {
        // It may have been decided in the meantime; what the server knows counts.
        void told.refetch();
      }
    },
    retryMethods: () => void methods.refetch(),
  };
}
