import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import styles from './QuickReplies.module.css';

/** Asks for what a quick reply wants of the person. Nothing is known beforehand, and nothing goes out before "Send". */
export function GiveReply({
  kind,
  onGive,
  onCancel,
}: {
  kind: 'user_email' | 'user_phone_number';
  onGive: (value: string) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation('bots');
  const [value, setValue] = useState('');
  const isMail = kind === 'user_email';
  const clean = isMail ? value.trim() : value.replace(/[\s().-]/g, '');
  const fits = isMail ? /^[^\s@]{1,64}@[^\s@]{1,189}$/.test(clean) : /^\+[0-9]{7,15}$/.test(clean);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fits) onGive(clean);
  };
  return (
    <form className={styles.give} onSubmit={submit}>
      <Field
        label={t(isMail ? 'yourMail' : 'yourPhone')}
        hint={t('giveHint')}
        type={isMail ? 'email' : 'tel'}
        autoComplete={isMail ? 'email' : 'tel'}
        dir="ltr"
        autoFocus
        value={value}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onCancel()}
      />
      <Button type="submit" disabled={!fits}>
        {t('give')}
      </Button>
    </form>
  );
}
