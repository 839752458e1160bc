import type { ComponentProps, ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import styles from './IconButton.module.css';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  /** What a screen reader says, and what the pointer is shown. */
  label: string;
  icon: ReactNode;
  variant?: 'quiet' | 'solid' | 'raised';
}

export function IconButton({
  label,
  icon,
  variant = 'quiet',
  className,
  type = 'button',
  ...rest
}: IconButtonProps) {
  return (
    <button
      title={label}
      {...rest}
      type={type}
      aria-label={label}
      className={cx(styles.button, styles[variant], className)}
    >
      {icon}
    </button>
  );
}
