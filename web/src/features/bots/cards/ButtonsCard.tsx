import { useTranslation } from 'react-i18next';
import { Card } from '../../../ui/cards/Card.tsx';
import { buttonState } from '../../../ui/cards/cardState.ts';
import { speakCard } from '../speakCard.ts';
import { useSpeech } from '../useSpeech.ts';
import { ButtonFeet } from './ButtonFeet.tsx';
import styles from './ButtonsCard.module.css';
import type { CardContext, Of } from './context.ts';
import { PaidTag } from './PaidTag.tsx';

/** A text with up to three things to do. Paid for, it keeps the text and says so. */
export function ButtonsCard({ card, ...context }: { card: Of<'buttons'> } & CardContext) {
  const { t } = useTranslation('bots');
  const settled = card.buttons
    .map((button) => buttonState(context.facts, context.seq, undefined, button))
    .find((state) => state !== 'open');
  return (
    <Card spoken={speakCard(card, useSpeech(), settled && t(settled))}>
      <div className={styles.text}>
        {card.text.split('\n').map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text never move
          <p key={index} dir="auto">
            {line}
          </p>
        ))}
        {settled && <PaidTag state={settled} />}
      </div>
      {!settled && <ButtonFeet buttons={card.buttons} {...context} />}
    </Card>
  );
}
