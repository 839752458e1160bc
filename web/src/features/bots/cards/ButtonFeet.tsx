import { LockKeyhole } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { CardFeet } from '../../../ui/cards/CardFeet.tsx';
import type { CardButton } from '../../../ui/cards/readTemplate.ts';
import styles from './ButtonFeet.module.css';
import { ButtonFoot } from './ButtonFoot.tsx';
import type { CardContext } from './context.ts';

/** The buttons of a template as feet. The one that moves money stands alone above them and is the only ochre. */
export function ButtonFeet({
  buttons,
  element,
  page,
  seq,
  facts,
  enabled,
  onPress,
  onPay,
}: { buttons: readonly CardButton[]; element?: number } & CardContext) {
  const { t } = useTranslation('bots');
  const { withCode, spoken } = useFormat();
  const payments = buttons.filter((button) => button.type === 'payment');
  const others = buttons.filter((button) => button.type !== 'payment');

  return (
    <>
      {payments.map((button) => (
        <div key={button.index} className={styles.pay}>
          <Button
            variant="money"
            wide
            disabled={!enabled}
            icon={<LockKeyhole size={20} aria-hidden="true" />}
            aria-label={t(button.flexible ? 'payFrom' : 'pay', { amount: spoken(button.total) })}
            onClick={() =>
              onPay({ seq, button: button.index, ...(element === undefined ? {} : { element }) })
            }
          >
            <bdi>{t(button.flexible ? 'payFrom' : 'pay', { amount: withCode(button.total) })}</bdi>
          </Button>
        </div>
      ))}
      <CardFeet>
        {others.map((button) => (
          <ButtonFoot
            key={button.index}
            button={button}
            page={page}
            seq={seq}
            facts={facts}
            enabled={enabled}
            onPress={onPress}
          />
        ))}
      </CardFeet>
    </>
  );
}
