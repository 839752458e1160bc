import { Popover } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import styles from './PopoverPanel.module.css';

/** A point of the screen to open a panel at, in place of a trigger. */
export function PanelPoint({ at, ...rest }: { at: { x: number; y: number } } & ComponentProps<'span'>) {
  return <span {...rest} aria-hidden="true" className={styles.point} style={{ left: at.x, top: at.y }} />;
}

/** A small surface beside its trigger. Closes by Esc and by a press elsewhere. */
export function PopoverPanel({
  label,
  trigger,
  open,
  onOpenChange,
  align = 'start',
  side = 'top',
  className,
  children,
}: {
  label: string;
  trigger: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom' | 'left' | 'right';
  className?: string;
  children: ReactNode;
}) {
  const controlled = { ...(open === undefined ? {} : { open }), ...(onOpenChange ? { onOpenChange } : {}) };
  return (
    <Popover.Root {...controlled}>
      <Popover.Trigger asChild>{trigger}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          aria-label={label}
          className={cx(styles.panel, className)}
          align={align}
          side={side}
          sideOffset={8}
          collisionPadding={8}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
