import type { ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import styles from './Tag.module.css';

/** What somebody is: *Bot*, *Shop*. */
export function Tag({ children }: { children: ReactNode }) {
  return <span className={cx(styles.tag, 't-micro')}>{children}</span>;
}
