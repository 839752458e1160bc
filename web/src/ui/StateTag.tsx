import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import styles from './StateTag.module.css';

export type StateTone = 'ok' | 'warn' | 'danger' | 'action' | 'money' | 'idle';

/** How something stands, never by colour alone: the word is there, and an icon where it helps. */
export function StateTag({
  tone,
  icon,
  children,
}: {
  tone: StateTone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <span className={cx(styles.state, styles[tone], 't-meta')}>
      {icon}
      {children}
    </span>
  );
}
