import { useTranslation } from 'react-i18next';
import { Field } from '../../ui/Field.tsx';

/** What one writes beside an amount. */
export function NoteField({ value, onChange }: { value: string; onChange: (note: string) => void }) {
  const { t } = useTranslation('money');
  return (
    <Field
      label={t('note')}
      value={value}
      maxLength={280}
      autoComplete="off"
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
