import { ChevronDown } from 'lucide-react';
import { type ComponentProps, useId } from 'react';
import { cx } from '../lib/cx.ts';
import styles from './SelectField.module.css';

/** A labelled choice of one from many, in the browser's own list. */
export function SelectField({
  label,
  compact = false,
  className,
  children,
  ...select
}: Omit<ComponentProps<'select'>, 'id'> & {
  label: string;
  /** As high as a button, where it stands among them. */
  compact?: boolean;
}) {
  const id = useId();
  return (
    <div className={cx(styles.field, compact && styles.compact, className)}>
      <label htmlFor={id} className="t-small">
        {label}
      </label>
      <span className={styles.box}>
        <select {...select} id={id}>
          {children}
        </select>
        <ChevronDown size={20} aria-hidden="true" />
      </span>
    </div>
  );
}
