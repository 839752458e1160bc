import type { ComponentType } from 'react';
import type {
  MessageCardProps,
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
  onPay: (thread: Thread, event: Event, target: PayTarget) => void;
  onOpenPass: (passes: readonly BoardingPass[], index: number) => void;
}
