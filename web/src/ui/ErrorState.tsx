import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button.tsx';
import styles from './ErrorState.module.css';

/** What happened, what was kept, what to do; beside the thing, not on top of everything. */
export function ErrorState({ children, onRetry }: { children: ReactNode; onRetry?: () => void }) {
  const { t } = useTranslation('ui');
  return (
    <div role="alert" className={styles.error}>
      <CircleAlert size={20} aria-hidden="true" />
      <p>{children}</p>
      {onRetry && (
        <Button variant="tinted" size="small" onClick={onRetry}>
          {t('tryAgain')}
        </Button>
      )}
    </div>
  );
}
