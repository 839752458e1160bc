import type { ReactNode } from 'react';
import { cx } from '../../lib/cx.ts';
import styles from './Card.module.css';

/**
 * The one skeleton of all cards: head, lead, facts, lines, feet, each optional but the order fixed. `spoken` is the
 * whole card in one sentence, said when a screen reader arrives at it.
 */
export function Card({
  spoken,
  narrow = false,
  className,
  children,
}: {
  spoken: string;
  /** In a carousel, where the next card peeks in. */
  narrow?: boolean;
  className?: string | undefined;
  children: ReactNode;
}) {
  return (
    <article aria-label={spoken} className={cx(styles.card, narrow && styles.narrow, className)}>
      {children}
    </article>
  );
}
