import type { ReactNode } from 'react';
import styles from './CardLead.module.css';

/** The one thing the card is about. */
export function CardLead({ children }: { children: ReactNode }) {
  return <div className={styles.lead}>{children}</div>;
}
