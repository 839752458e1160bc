import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Button } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import styles from './App.module.css';

export function NothingHere() {
  const { t } = useTranslation('app');
  const navigate = useNavigate();
  return (
    <main className={styles.centre}>
      <EmptyState
        action={
          <Button variant="tinted" size="small" onClick={() => void navigate('/')}>
            {t('toChats')}
          </Button>
        }
      >
        {t('pageMissing')}
      </EmptyState>
    </main>
  );
}
