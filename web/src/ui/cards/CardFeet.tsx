import { Children, type ReactNode } from 'react';
import { cx } from '../../lib/cx.ts';
import styles from './CardFeet.module.css';

/** Up to three things to do: beside each other when two, stacked when three or when their words are long. */
export function CardFeet({ children }: { children: ReactNode }) {
  const count = Children.toArray(children).length;
  return count === 0 ? null : (
    <footer className={cx(styles.feet, count > 2 && styles.stacked)}>{children}</footer>
  );
}
