import type { ReactNode } from 'react';
import { cx } from '../../lib/cx.ts';
import styles from './CardHead.module.css';

/** What kind of card this is, with its state at the end; the state wraps under the words when both are long. */
export function CardHead({
  icon,
  tag,
  children,
}: {
  icon?: ReactNode;
  tag?: ReactNode;
  children: ReactNode;
}) {
  return (
    <header className={styles.head}>
      {icon}
      <span className={cx(styles.kind, 't-meta')}>{children}</span>
      {tag}
    </header>
  );
}
