import { useTranslation } from 'react-i18next';

/** The clock is not read out; five minutes and one minute before its end are. */
export function HoldAnnouncer({ left }: { left: number }) {
  const { t } = useTranslation('payments');
  const minutes = left <= 60_000 ? 1 : left <= 300_000 ? 5 : null;
  return (
    <span className="spoken" aria-live="polite">
      {minutes !== null && t('heldMinutes', { count: minutes })}
    </span>
  );
}
