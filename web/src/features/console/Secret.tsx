import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../ui/IconButton.tsx';
import styles from './console.module.css';

/** Something to be copied, letter by letter; a press on it marks all of it. */
export function Secret({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation('console');
  const [isCopied, setIsCopied] = useState(false);
  return (
    <div className={styles.secret}>
      <span className="t-small soft">{label}</span>
      <span className={styles.line}>
        <code dir="ltr">{value}</code>
        <IconButton
          label={isCopied ? t('copied') : t('copyWhat', { what: label })}
          icon={isCopied ? <Check size={20} /> : <Copy size={20} />}
          onClick={() => void navigator.clipboard.writeText(value).then(() => setIsCopied(true))}
        />
      </span>
    </div>
  );
}
