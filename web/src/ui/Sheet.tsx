import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../lib/cx.ts';
import { IconButton } from './IconButton.tsx';
import styles from './Sheet.module.css';

export interface SheetProps {
  /** Said on opening; shown as the heading unless `header` replaces it. */
  title: string;
  /** In place of the plain heading, for sheets that begin with a face or a tile. */
  header?: ReactNode;
  onClose: () => void;
  /** False while closing would be wrong, such as in the first seconds of a payment. */
  dismissable?: boolean;
  /** Where focus goes first; by default the first control. */
  initialFocus?: React.RefObject<HTMLElement | null>;
  className?: string;
  children: ReactNode;
}

/**
 * From below on phones, a dialog of 440 px on wider screens, with the same content. Mounted while open; closes by
 * Esc, by ✕ and by a press outside, and gives focus back to where it was.
 *
 * Radix' own overlay is left out: it locks scrolling with a style element that our content security policy
 * refuses, and the page behind does not scroll anyway.
 */
export function Sheet({
  title,
  header,
  onClose,
  dismissable = true,
  initialFocus,
  className,
  children,
}: SheetProps) {
  const { t } = useTranslation('ui');
  const [opener] = useState(() => document.activeElement);
  const dragged = useDragToClose(dismissable ? onClose : null);
  const keep = (event: { preventDefault: () => void }) => {
    if (!dismissable) event.preventDefault();
  };

  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <div className={styles.scrim} aria-hidden="true" />
        <Radix.Content
          ref={dragged.ref}
          className={cx(styles.sheet, className)}
          aria-describedby={undefined}
          onEscapeKeyDown={keep}
          onPointerDownOutside={keep}
          onInteractOutside={keep}
          onOpenAutoFocus={(event) => {
            if (!initialFocus?.current) return;
            event.preventDefault();
            initialFocus.current.focus();
          }}
          onCloseAutoFocus={(event) => {
            // Radix gives focus to its own trigger, which this sheet does not have.
            event.preventDefault();
            if (opener instanceof HTMLElement) opener.focus();
          }}
        >
          <div className={styles.grab} aria-hidden="true" {...dragged.handlers} />
          <div className={styles.head}>
            <Radix.Title className={cx(header ? 'spoken' : 't-title')}>
              <bdi>{title}</bdi>
            </Radix.Title>
            {header}
            {dismissable && (
              <IconButton
                className={styles.close}
                label={t('close')}
                icon={<X size={24} />}
                onClick={onClose}
              />
            )}
          </div>
          <div className={styles.body}>{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A pull on the handle moves the sheet; a third of its height, or a flick, lets it go. */
function useDragToClose(onClose: (() => void) | null) {
  const ref = useRef<HTMLDivElement>(null);
  const start = useRef<{ y: number; at: number } | null>(null);

  const moveTo = (y: number) => {
    if (ref.current) ref.current.style.translate = y > 0 ? `0 ${y}px` : '';
  };
  return {
    ref,
    handlers: {
      onPointerDown(event: React.PointerEvent) {
        if (!onClose) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { y: event.clientY, at: event.timeStamp };
      },
      onPointerMove(event: React.PointerEvent) {
        if (start.current) moveTo(event.clientY - start.current.y);
      },
      onPointerUp(event: React.PointerEvent) {
        if (!start.current) return;
        const way = event.clientY - start.current.y;
        const isFlick = way > 40 && event.timeStamp - start.current.at < 250;
        start.current = null;
        if (isFlick || way > (ref.current?.offsetHeight ?? 0) / 3) onClose?.();
        else moveTo(0);
      },
      onPointerCancel() {
        start.current = null;
        moveTo(0);
      },
    },
  };
}
