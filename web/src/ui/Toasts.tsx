import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import styles from './Toasts.module.css';

export interface Toast {
  text: string;
  /** A real button: *Undo*. */
  action?: { label: string; run: () => void };
}

const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Shows one toast at a time for six seconds. Never for errors that need a choice, never for money. */
export const useToast = () => useContext(ToastContext);

const shownForMs = 6000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<(Toast & { number: number }) | null>(null);
  const [held, setHeld] = useState(false);
  const show = useCallback(
    (next: Toast) => setToast((last) => ({ ...next, number: (last?.number ?? 0) + 1 })),
    [],
  );
  const value = useMemo(() => show, [show]);

  useEffect(() => {
    if (!toast || held) return;
    const timer = setTimeout(() => setToast(null), shownForMs);
    const close = (event: KeyboardEvent) => event.key === 'Escape' && setToast(null);
    addEventListener('keydown', close);
    return () => {
      clearTimeout(timer);
      removeEventListener('keydown', close);
    };
  }, [toast, held]);

  return (
    <ToastContext value={value}>
      {children}
      <div className={styles.place} role="status" aria-live="polite">
        {toast && (
          // biome-ignore lint/a11y/noStaticElementInteractions: the pointer only holds the clock
          <div
            key={toast.number}
            className={styles.toast}
            onPointerEnter={() => setHeld(true)}
            onPointerLeave={() => setHeld(false)}
            onFocus={() => setHeld(true)}
            onBlur={() => setHeld(false)}
          >
            <span>{toast.text}</span>
            {toast.action && (
              <button
                type="button"
                onClick={() => {
                  toast.action?.run();
                  setToast(null);
                }}
              >
                {toast.action.label}
              </button>
            )}
          </div>
        )}
      </div>
    </ToastContext>
  );
}
