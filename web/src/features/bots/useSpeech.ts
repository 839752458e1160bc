import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../lib/useFormat.ts';
import type { Speech } from './speakCard.ts';

export function useSpeech(): Speech {
  const { t } = useTranslation('bots');
  const { locale, spoken } = useFormat();
  return useMemo(() => ({ t, locale, spoken }), [t, locale, spoken]);
}
