import type { ComponentType } from 'react';
import type { RequestItem } from '../../../api/between.ts';
import type { PurchaseId } from '../../../api/ids.ts';
import type {
  MessageCardProps,
  MoneyCardProps,
  PayTarget,
  PersistentMenuProps,
  QuickRepliesProps,
  WelcomeScreenProps,
} from '../../../api/slots.ts';
import type { BoardingPass, Event, Thread } from '../../../api/types.ts';

/** What other features put into a thread; `app` hands it in. */
export interface ThreadSlots {
  Card: ComponentType<MessageCardProps>;
  QuickReplies: ComponentType<QuickRepliesProps>;
  Menu: ComponentType<PersistentMenuProps>;
  Welcome: ComponentType<WelcomeScreenProps>;
  Money: ComponentType<MoneyCardProps>;
  /** Opens what became of a purchase, and what can be asked about it. */
  onPurchase: (thread: Thread, purchase: PurchaseId) => void;
  onPay: (thread: Thread, event: Event, target: PayTarget) => void;
  /** Opens what one does with money in a thread between people; with a request, its payment. */
  onMoney: (thread: Thread, paying?: RequestItem) => void;
  onOpenPass: (passes: readonly BoardingPass[], index: number) => void;
}
