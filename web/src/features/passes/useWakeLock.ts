import { useEffect } from 'react';

/** Keeps the screen on while a pass is shown. The browser lets go when the page is hidden; it is asked again then. */
export function useWakeLock(): void {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const ask = async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        const granted = await navigator.wakeLock.request('screen');
        if (over) await granted.release();
        else lock = granted;
      } catch {
        // Low battery or a policy: the pass is shown all the same.
      }
    };
    void ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', ask);
      void lock?.release();
    };
  }, []);
}
