import { useTranslation } from 'react-i18next';
import { cx } from '../../../lib/cx.ts';
import { Card } from '../../../ui/cards/Card.tsx';
import { buttonState } from '../../../ui/cards/cardState.ts';
import { Picture } from '../../../ui/cards/Picture.tsx';
import type { CarouselItem } from '../../../ui/cards/readTemplate.ts';
import { speakItem } from '../speakCard.ts';
import { useSpeech } from '../useSpeech.ts';
import { ButtonFeet } from './ButtonFeet.tsx';
import type { CardContext } from './context.ts';
import styles from './ElementCard.module.css';
import { PaidTag } from './PaidTag.tsx';

/** An element of a generic template: picture, title, subtitle, feet. In a carousel all have a picture's place. */
export function ElementCard({
  item,
  square,
  narrow,
  ...context
}: { item: CarouselItem; square: boolean; narrow: boolean } & CardContext) {
  const { t } = useTranslation('bots');
  const speech = useSpeech();
  const states = item.buttons.map((button) => buttonState(context.facts, context.seq, item.element, button));
  const settled = states.find((state) => state !== 'open');
  const picture = (narrow || item.image) && <Picture src={item.image} square={square} />;

  return (
    <Card narrow={narrow} spoken={speakItem(item, speech, settled && t(settled))}>
      {item.link && picture ? (
        <a
          className={styles.link}
          href={item.link}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={t('opensOutside', { title: item.title })}
        >
          {picture}
        </a>
      ) : (
        picture
      )}
      <div className={styles.words}>
        {settled && <PaidTag state={settled} />}
        <p className={cx(styles.title, 't-body')} dir="auto">
          {item.title}
        </p>
        {item.subtitle && (
          <p className={cx(styles.subtitle, 't-small')} dir="auto">
            {item.subtitle}
          </p>
        )}
      </div>
      {!settled && <ButtonFeet buttons={item.buttons} element={item.element} {...context} />}
    </Card>
  );
}
