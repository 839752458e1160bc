import { cx } from '../lib/cx.ts';
import styles from './Tabs.module.css';

/** A few choices beside each other, of which one holds; the arrow keys move between them as in any set of radio buttons. */
export function Tabs<Value extends string>({
  label,
  value,
  choices,
  onChoose,
}: {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: string }[];
  onChoose: (value: Value) => void;
}) {
  return (
    <fieldset className={styles.tabs}>
      <legend className="spoken">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className={cx(styles.tab, 't-small')}>
          <input
            type="radio"
            className="spoken"
            checked={choice.value === value}
            onChange={() => onChoose(choice.value)}
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}
