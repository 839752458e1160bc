import { Search, X } from 'lucide-react';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './SearchField.module.css';

export interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Shown while empty: the keys that lead here. */
  keys?: string;
  ref?: Ref<HTMLInputElement>;
}

export function SearchField({ label, value, onChange, keys, ref }: SearchFieldProps) {
  const { t } = useTranslation('threads');
  return (
    <div className={styles.field}>
      <Search size={16} aria-hidden="true" />
      <input
        ref={ref}
        type="search"
        dir={value === '' ? undefined : 'auto'}
        aria-label={label}
        placeholder={label}
        value={value}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || value === '') return;
          event.stopPropagation();
          onChange('');
        }}
      />
      {value !== '' ? (
        <button
          type="button"
          className={styles.clear}
          aria-label={t('clearSearch')}
          onClick={() => onChange('')}
        >
          <X size={16} />
        </button>
      ) : (
        keys && (
          <span dir="ltr" aria-hidden="true" className={styles.keys}>
            {keys}
          </span>
        )
      )}
    </div>
  );
}
