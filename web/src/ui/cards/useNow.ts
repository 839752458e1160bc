import { useEffect, useState } from 'react';

/** The present, told again when it passes one of these moments (ms), so that what ends by itself is seen to end. */
export function useNow(...moments: (number | undefined)[]): number {
  const [now, setNow] = useState(() => Date.now());
  const next = Math.min(
    ...moments.map((moment) => (moment !== undefined && moment > now ? moment : Infinity)),
  );
  useEffect(() => {
    if (next === Infinity) return;
    // Timers hold 24.8 days at most; a later moment is looked at again then.
    const timer = setTimeout(() => setNow(Date.now()), Math.min(next - Date.now() + 50, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [next]);
  return now;
}

/** The present, told each second until `until`. */
export function useSeconds(until: number | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  const running = until !== undefined && now < until;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
