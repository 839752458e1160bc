import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

/** Nothing here yet: three columns, one sentence, at most one button. */
export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <svg width="56" height="56" viewBox="0 0 32 32" fill="currentColor" aria-hidden="true">
        <rect x="2.5" y="4" width="27" height="4.6" rx="1.6" />
        <path d="M5 11h5v17H5zM13.5 11h5v17h-5zM22 11h5v17h-5z" />
      </svg>
      <p>{children}</p>
      {action}
    </div>
  );
}
