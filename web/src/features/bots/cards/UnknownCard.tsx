import { useTranslation } from 'react-i18next';
import { Card } from '../../../ui/cards/Card.tsx';
import { speakCard } from '../speakCard.ts';
import { useSpeech } from '../useSpeech.ts';
import { ButtonFeet } from './ButtonFeet.tsx';
import type { CardContext, Of } from './context.ts';
import styles from './UnknownCard.module.css';

/** A template this client has no card for: what can be read in it, and those of its buttons that are understood. */
export function UnknownCard({ card, ...context }: { card: Of<'unknown'> } & CardContext) {
  const { t } = useTranslation('bots');
  const speech = useSpeech();
  const [first, ...rest] = card.texts;
  return (
    <Card spoken={speakCard(card, speech) || t('unknownCard')}>
      <div className={styles.words}>
        {first ? (
          <p className={styles.first} dir="auto">
            {first}
          </p>
        ) : (
          <p className="soft">{t('unknownCard')}</p>
        )}
        {rest.map((text) => (
          <p key={text} className="t-small soft" dir="auto">
            {text}
          </p>
        ))}
      </div>
      <ButtonFeet buttons={card.buttons} {...context} />
    </Card>
  );
}
