import { useTranslation } from 'react-i18next';
import { Carousel } from '../../../ui/cards/Carousel.tsx';
import type { CarouselItem } from '../../../ui/cards/readTemplate.ts';
import { ButtonFeet } from './ButtonFeet.tsx';
import styles from './CarouselCard.module.css';
import type { CardContext, Of } from './context.ts';
import { ElementCard } from './ElementCard.tsx';
import { OfferCard } from './OfferCard.tsx';

/** A generic template: one card, or several side by side. Elements that are flights become flight offers. */
export function CarouselCard({ card, ...context }: { card: Of<'carousel'> } & CardContext) {
  const { t } = useTranslation('bots');
  const alone = card.items.length === 1;
  const show = (item: CarouselItem) =>
    item.offer ? (
      <OfferCard key={item.element} item={item} offer={item.offer} narrow={!alone} {...context} />
    ) : (
      <ElementCard key={item.element} item={item} square={card.square} narrow={!alone} {...context} />
    );
  const [only] = card.items;
  const feet = card.buttons.length > 0 && (
    <div className={styles.feet}>
      <ButtonFeet buttons={card.buttons} {...context} />
    </div>
  );
  if (alone && only)
    return (
      <>
        {show(only)}
        {feet}
      </>
    );

  const flights = card.items.every(({ offer }) => offer);
  return (
    <>
      <Carousel
        labels={{
          list: t(flights ? 'spokenFlights' : 'spokenCards', { count: card.items.length }),
          previous: t('previousCards'),
          next: t('nextCards'),
          range: (from, to, total) =>
            from === to ? t('placeOf', { place: from, total }) : t('rangeOf', { from, to, total }),
        }}
      >
        {card.items.map(show)}
      </Carousel>
      {feet}
    </>
  );
}
