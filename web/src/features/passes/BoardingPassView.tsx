import { ChevronLeft, ChevronRight, Maximize2, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardingPassViewProps } from '../../api/slots.ts';
import { cx } from '../../lib/cx.ts';
import { readPass } from '../../ui/cards/readTemplate.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { BarCode } from './BarCode.tsx';
import styles from './BoardingPassView.module.css';
import { PassSheet } from './PassSheet.tsx';
import { useWakeLock } from './useWakeLock.ts';

/** The pass to hold out at the gate: full screen, awake, several of them beside each other. */
export default function BoardingPassView({ passes: wire, initialIndex, onClose }: BoardingPassViewProps) {
  const { t } = useTranslation('passes');
  const passes = useMemo(() => wire.flatMap((pass) => readPass(pass) ?? []), [wire]);
  const [opener] = useState(() => document.activeElement);
  const [enlarged, setEnlarged] = useState(false);
  const content = useRef<HTMLDivElement>(null);
  const { row, index, goTo, look } = usePager(passes.length, initialIndex);
  useWakeLock();

  const shown = passes[index];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const forward = (event.key === 'ArrowRight') === (document.documentElement.dir !== 'rtl');
    goTo(index + (forward ? 1 : -1));
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Content
          ref={content}
          className={styles.view}
          aria-describedby={undefined}
          onKeyDown={onKeyDown}
          onEscapeKeyDown={(event) => {
            if (!enlarged) return;
            event.preventDefault();
            setEnlarged(false);
          }}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            content.current?.focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (opener instanceof HTMLElement) opener.focus();
          }}
        >
          <header className={styles.bar}>
            <IconButton label={t('close')} icon={<X size={24} />} className={styles.icon} onClick={onClose} />
            <Dialog.Title className={styles.title}>{t('boardingPass')}</Dialog.Title>
          </header>
          {enlarged && shown ? (
            <button
              type="button"
              className={styles.enlarged}
              aria-label={t('makeSmaller')}
              onClick={() => setEnlarged(false)}
            >
              <BarCode pass={shown} largest={24} />
            </button>
          ) : (
            <>
              <ul ref={row} className={styles.row} onScroll={look}>
                {passes.map((pass) => (
                  <li
                    key={`${pass.passenger} ${pass.flight.number} ${pass.flight.from.code}`}
                    className={styles.place}
                  >
                    <PassSheet pass={pass} onEnlarge={() => setEnlarged(true)} />
                  </li>
                ))}
              </ul>
              {passes.length > 1 && (
                <div className={styles.pager}>
                  <IconButton
                    label={t('previousPass')}
                    icon={<ChevronLeft size={24} className="mirror" />}
                    className={styles.icon}
                    disabled={index === 0}
                    onClick={() => goTo(index - 1)}
                  />
                  <span aria-live="polite">{t('placeOf', { place: index + 1, total: passes.length })}</span>
                  <IconButton
                    label={t('nextPass')}
                    icon={<ChevronRight size={24} className="mirror" />}
                    className={styles.icon}
                    disabled={index === passes.length - 1}
                    onClick={() => goTo(index + 1)}
                  />
                </div>
              )}
              <button
                type="button"
                className={cx(styles.enlarge, 't-body')}
                onClick={() => setEnlarged(true)}
              >
                <Maximize2 size={20} aria-hidden="true" />
                {t('enlarge')}
              </button>
            </>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Which pass is in view; a swipe and the arrows both move the row, and the row tells where it stands. */
function usePager(total: number, initial: number) {
  const list = useRef<HTMLUListElement>(null);
  const [index, setIndex] = useState(Math.min(Math.max(0, initial), Math.max(0, total - 1)));
  const place = useRef(index);

  const scrollTo = useCallback((to: number, behavior: ScrollBehavior) => {
    const row = list.current;
    if (!row) return;
    // Inline offsets run to negative numbers from right to left.
    const sign = getComputedStyle(row).direction === 'rtl' ? -1 : 1;
    row.scrollTo({ left: sign * to * row.clientWidth, behavior });
  }, []);
  // The row comes and goes with the enlarged code, and first of all with the portal: each time it is put in place.
  const row = useCallback(
    (element: HTMLUListElement | null) => {
      list.current = element;
      scrollTo(place.current, 'instant');
    },
    [scrollTo],
  );
  const show = (next: number) => {
    place.current = next;
    setIndex(next);
  };

  return {
    row,
    index,
    goTo: (next: number) => {
      if (next < 0 || next >= total) return;
      show(next);
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      scrollTo(next, still ? 'instant' : 'smooth');
    },
    look: () => {
      const element = list.current;
      if (!element || element.clientWidth === 0) return;
      const at = Math.abs(element.scrollLeft) / element.clientWidth;
      // While it moves there is no pass in view; where it comes to rest there is.
      if (Math.abs(at - Math.round(at)) < 0.02) show(Math.round(at));
    },
  };
}
