import { Check, Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { StateTag } from '../../../ui/StateTag.tsx';

/** What became of the money. */
export function PaidTag({ state }: { state: 'paid' | 'partlyRefunded' | 'refunded' }) {
  const { t } = useTranslation('bots');
  return state === 'paid' ? (
    <StateTag tone="ok" icon={<Check size={14} aria-hidden="true" />}>
      {t('paid')}
    </StateTag>
  ) : (
    <StateTag tone="idle" icon={<Undo2 size={14} className="mirror" aria-hidden="true" />}>
      {t(state)}
    </StateTag>
  );
}
