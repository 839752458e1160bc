import { useTranslation } from 'react-i18next';

/** "2 h 40" as cards write it. */
export function useDuration(): (minutes: number) => string {
  const { t } = useTranslation('bots');
  return (minutes) => {
    const hours = Math.floor(minutes / 60);
    const rest = String(minutes % 60).padStart(2, '0');
    return hours === 0
      ? t('minutes', { minutes: minutes % 60 })
      : t('hoursMinutes', { hours, minutes: rest });
  };
}
