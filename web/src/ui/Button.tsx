import type { ComponentProps, ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import styles from './Button.module.css';

/**
 * `solid` is the one thing to do in a view; `tinted` acts beside it; `quiet` has an outline, `plain` is words
 * only; `money` moves money and nothing else does; `danger` destroys, in dialogs only.
 */
export type ButtonVariant = 'quiet' | 'plain' | 'tinted' | 'solid' | 'money' | 'danger';

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: ButtonVariant;
  size?: 'tiny' | 'small' | 'medium' | 'big';
  wide?: boolean;
  icon?: ReactNode;
  /** Keeps size and focus, does nothing on a press; the label says what is being done ("Paying…"). */
  busy?: boolean;
}

export function Button({
  variant = 'quiet',
  size = 'medium',
  wide = false,
  icon,
  busy = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={cx(styles.button, styles[variant], styles[size], wide && styles.wide, className)}
    >
      {icon}
      {children}
    </button>
  );
}
