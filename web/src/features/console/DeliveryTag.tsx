import { Check, CircleSlash2, Hourglass, type LucideIcon, Pause, RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Delivery, DeliveryState } from '../../api/console.ts';
import { StateTag, type StateTone } from '../../ui/StateTag.tsx';

const looks: Record<DeliveryState, { tone: StateTone; Icon: LucideIcon }> = {
  answered: { tone: 'ok', Icon: Check },
  next: { tone: 'warn', Icon: RotateCw },
  waits: { tone: 'idle', Icon: Hourglass },
  parked: { tone: 'danger', Icon: Pause },
  overtaken: { tone: 'idle', Icon: CircleSlash2 },
  resent: { tone: 'action', Icon: RotateCw },
};

/** How a delivery stands, in a word. What nobody is called for waits until the bot asks. */
export function DeliveryTag({ delivery, isCalled }: { delivery: Delivery; isCalled: boolean }) {
  const { t } = useTranslation('console');
  const { tone, Icon } = looks[delivery.state];
  const text: Record<DeliveryState, string> = {
    answered: t('state.answered'),
    next: !isCalled ? t('state.unasked') : delivery.tries === 0 ? t('state.sending') : t('state.again'),
    waits: t('state.waits', { number: delivery.waitsFor }),
    parked: t('state.parked'),
    overtaken: t('state.overtaken'),
    resent: t('state.resent'),
  };
  return (
    <StateTag tone={tone} icon={<Icon size={14} aria-hidden="true" />}>
      {text[delivery.state]}
    </StateTag>
  );
}
