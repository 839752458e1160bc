import { createPurchase } from '../../../api/money.ts';
import { isProblem } from '../../../api/problem.ts';
import type { Purchase, PurchaseFailure } from '../../../api/types.ts';
import type { AttemptFailure } from '../paySheet.ts';

export type SendOutcome =
  | { kind: 'answered'; purchase: Purchase }
  /** The server refused the attempt itself: nothing was begun. */
  | { kind: 'refused'; failure: AttemptFailure }
  /** No answer after all tries; the server may have it or not. */
  | { kind: 'notReached' };

const failures: readonly string[] = [
  'card_declined',
  'insufficient_funds',
  'expired_card',
  'authentication_failed',
  'merchant_refused',
  'merchant_no_answer',
  'cancelled',
  'processor_unavailable',
] satisfies PurchaseFailure[];

const refusals: Record<string, AttemptFailure> = {
  price_changed: 'price_changed',
  quote_outdated: 'price_changed',
  quote_not_found: 'price_changed',
  option_not_found: 'price_changed',
  details_missing: 'details_refused',
  details_invalid: 'details_refused',
  card_number_refused: 'details_refused',
};

const failureOf = (code: string): AttemptFailure =>
  failures.includes(code) ? (code as PurchaseFailure) : (refusals[code] ?? 'not_started');

const pausesMs = [1_000, 2_000, 4_000, 8_000];

/**
 * Sends one attempt until the server has answered, always under the same key, so that it is one purchase however
 * often it arrives. `onLost` is called before the first repeat. Rejects only when `signal` ends it.
 */
export async function sendPurchase(
  attempt: Parameters<typeof createPurchase>[0],
  { signal, onLost, wait = pause }: { signal: AbortSignal; onLost: () => void; wait?: typeof pause },
): Promise<SendOutcome> {
  for (let tried = 0; ; tried++) {
    try {
      return { kind: 'answered', purchase: await createPurchase(attempt) };
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (!error.isPassing) return { kind: 'refused', failure: failureOf(error.code) };
      const pauseMs = pausesMs[tried];
      if (pauseMs === undefined) return { kind: 'notReached' };
      if (tried === 0) onLost();
      await wait(Math.max(pauseMs, error.retryAfterMs ?? 0), signal);
    }
  }
}

/** Waits, or goes on at once when the connection is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      clearTimeout(timer);
      removeEventListener('online', goOn);
      signal.removeEventListener('abort', stop);
      settle();
    };
    const goOn = () => done(resolve);
    const stop = () => done(() => reject(signal.reason as Error));
    const timer = setTimeout(goOn, ms);
    addEventListener('online', goOn);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
}
