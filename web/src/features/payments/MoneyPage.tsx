import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './MoneyPage.module.css';
import { Balances } from './money/Balances.tsx';
import { KeptDetails } from './money/KeptDetails.tsx';
import { Movements } from './money/Movements.tsx';
import { SavedCards } from './money/SavedCards.tsx';

/** What one has, what one pays with, and what has moved. */
export function MoneyPage({ safety, onStatement }: { safety: ReactNode; onStatement: () => void }) {
  const { t } = useTranslation('payments');
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <h1 className="t-head">{t('money')}</h1>
        <Balances />
        <SavedCards />
        <KeptDetails />
        {safety}
        <Movements onStatement={onStatement} />
      </div>
    </main>
  );
}
