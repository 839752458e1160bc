import type { PayTarget } from '../../../api/slots.ts';
import type { Event, Money } from '../../../api/types.ts';
import { type CardButton, type Line, readTemplate } from '../../../ui/cards/readTemplate.ts';

/** What a payment button sells, as its message says: shown at once, before the server is asked anything. */
export interface Bought {
  amount: Money;
  lines: Line[];
  merchant: string | undefined;
  /** Instant in milliseconds. */
  heldUntil: number | undefined;
  flexible: boolean;
  asks: readonly string[];
}

/** Null when the message has no such button. */
export function boughtBy(event: Event, { element, button }: PayTarget): Bought | null {
  for (const attachment of event.attachments ?? []) {
    const card = readTemplate(attachment);
    if (card?.kind === 'carousel') {
      const item = card.items.find((item) => item.element === (element ?? 0));
      const found = item && paymentButton(item.buttons, button);
      if (found) return bought(found, item.offer?.heldUntil);
    } else if (card?.kind === 'buttons' && element === undefined) {
      const found = paymentButton(card.buttons, button);
      if (found) return bought(found, undefined);
    }
  }
  return null;
}

type PaymentButton = Extract<CardButton, { type: 'payment' }>;

const paymentButton = (buttons: readonly CardButton[], index: number) =>
  buttons.find((button): button is PaymentButton => button.type === 'payment' && button.index === index);

const bought = (button: PaymentButton, heldUntil: number | undefined): Bought => ({
  amount: button.total as Money,
  lines: button.lines,
  merchant: button.merchant,
  heldUntil,
  flexible: button.flexible,
  asks: button.asks,
});
