import { cx } from '../lib/cx.ts';
import { useFormat } from '../lib/useFormat.ts';
import styles from './Counter.module.css';

/** How many are unread. Decorative: what it stands on says the number in words. */
export function Counter({ value, muted = false }: { value: number; muted?: boolean }) {
  const format = useFormat();
  return (
    <span aria-hidden="true" className={cx(styles.counter, muted && styles.muted, 'n')}>
      {value > 999 ? `${format.count(999)}+` : format.count(value)}
    </span>
  );
}
