import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../../api/problem.ts';
import styles from './MoneySheet.module.css';
import { moneyProblem } from './moneyProblem.ts';

/** Why nothing has moved. */
export function Failure({ error }: { error: Error | null }) {
  const { t } = useTranslation('money');
  return (
    error && (
      <p role="alert" className={styles.danger}>
        <CircleAlert size={20} aria-hidden="true" />
        {moneyProblem(error, t)}
      </p>
    )
  );
}

/** The server has said no: what is refused under a key stays refused, so the next try needs another. */
export const isRefused = (error: unknown) => isProblem(error) && error.status >= 400 && error.status < 500;
