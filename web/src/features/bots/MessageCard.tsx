import { useMemo } from 'react';
import type { MessageCardProps } from '../../api/slots.ts';
import { withOurPictures } from '../../ui/cards/ourPictures.ts';
import { readTemplate } from '../../ui/cards/readTemplate.ts';
import { factsOf } from '../../ui/cards/threadFacts.ts';
import { BoardingPassCard } from './cards/BoardingPassCard.tsx';
import { ButtonsCard } from './cards/ButtonsCard.tsx';
import { CarouselCard } from './cards/CarouselCard.tsx';
import type { CardContext } from './cards/context.ts';
import { FormCard } from './cards/FormCard.tsx';
import { PictureCard } from './cards/PictureCard.tsx';
import { PlainCard } from './cards/PlainCard.tsx';
import { ReceiptCard } from './cards/ReceiptCard.tsx';
import { TripCard } from './cards/TripCard.tsx';
import { UnknownCard } from './cards/UnknownCard.tsx';

/**
 * One attachment of a business as a card, in the state the log gives it now. What is neither a template nor a
 * picture shows nothing: its kind has its own bubble in the thread.
 */
export function MessageCard({
  thread,
  event,
  attachment,
  events,
  enabled,
  onPress,
  onPay,
  onOpenPass,
}: MessageCardProps) {
  const card = useMemo(
    () => readTemplate(withOurPictures(attachment, event.sender)),
    [attachment, event.sender],
  );
  const facts = useMemo(() => factsOf(events), [events]);
  if (!card) return null;

  const context: CardContext = {
    thread: thread.id,
    page: event.sender,
    seq: event.seq,
    facts,
    enabled,
    onPress,
    onPay,
    onOpenPass,
  };
  switch (card.kind) {
    case 'carousel':
      return <CarouselCard card={card} {...context} />;
    case 'buttons':
      return <ButtonsCard card={card} {...context} />;
    case 'receipt':
      return <ReceiptCard card={card} {...context} />;
    case 'itinerary':
    case 'checkin':
      return <TripCard card={card} {...context} />;
    case 'boarding':
      return <BoardingPassCard card={card} {...context} />;
    case 'plain':
      return <PlainCard card={card} {...context} />;
    case 'form':
      return <FormCard card={card} {...context} />;
    case 'picture':
      return <PictureCard card={card} />;
    case 'unknown':
      return <UnknownCard card={card} {...context} />;
  }
}
