import { type ComponentProps, type ReactNode, useId } from 'react';
import { cx } from '../lib/cx.ts';
import styles from './Field.module.css';

export interface FieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  label: string;
  /** Help that stays; said with the field. */
  hint?: string;
  /** What is wrong with it, and what helps. */
  error?: string | undefined;
  end?: ReactNode;
}

/** A labelled line of text. Codes, handles and numbers take `dir="ltr"`. */
export function Field({ label, hint, error, end, className, ...input }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={cx(styles.field, className)}>
      <label htmlFor={id} className="t-small">
        {label}
      </label>
      <span className={cx(styles.box, end !== undefined && styles.withEnd, error && styles.wrong)}>
        <input
          dir="auto"
          {...input}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
        />
        {end}
      </span>
      {note && (
        <span
          id={`${id}-note`}
          className={cx('t-meta', error ? styles.error : 'quiet')}
          role={error && 'alert'}
        >
          {note}
        </span>
      )}
    </div>
  );
}
