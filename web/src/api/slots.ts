/**
 * The seams between features. Features do not import one another: `app` hands the pieces of one to the other
 * through these props.
 */
import type { RequestItem } from './between.ts';
import type { PurchaseId } from './ids.ts';
import type { Attachment, BoardingPass, Event, Page, QuickReply, Thread } from './types.ts';

/** A tap on something the business offered. Goes out as a message with `text` = title and this payload. */
export interface Press {
  title: string;
  payload: string;
}

/** Which payment button of which message. */
export interface PayTarget {
  /** Number of the message. */
  seq: number;
  /** Index in a carousel. */
  element?: number;
  /** Index of the button. */
  button: number;
}

/**
 * `features/bots/MessageCard.tsx`: one attachment of a bot. It stands in the message column; a carousel that bleeds
 * to the end edge of the thread takes `--bleed-end`, its distance from the column, which the column sets.
 */
export interface MessageCardProps {
  thread: Thread;
  event: Event;
  attachment: Attachment;
  /**
   * All events of the thread that are here, in order. A card shows its current state also in old talk: paid,
   * checked in, gate changed. Pass the same array while nothing has changed; it is read once per array.
   */
  events: readonly Event[];
  /** False in threads where nothing can be sent; feet are then off. */
  enabled: boolean;
  onPress: (press: Press) => void;
  onPay: (target: PayTarget) => void;
  onOpenPass: (passes: readonly BoardingPass[], index: number) => void;
}

/** `features/bots/QuickReplies.tsx`: under the newest message of a bot. */
export interface QuickRepliesProps {
  replies: readonly QuickReply[];
  /** Whose they are: pictures on them are asked of our server. */
  page?: string | undefined;
  onPress: (press: Press) => void;
}

/** `features/bots/PersistentMenu.tsx`: the button at the start of the composer, with its sheet or popover. */
export interface PersistentMenuProps {
  page: Page;
  enabled: boolean;
  onPress: (press: Press) => void;
}

/** `features/bots/WelcomeScreen.tsx`: in place of log and composer until the person has begun. Fills its parent. */
export interface WelcomeScreenProps {
  page: Page;
  /** The press is on its way. */
  starting: boolean;
  onGetStarted: (press: Press) => void;
  /** On phones, where the thread covers the inbox. */
  onBack?: () => void;
}

/** `features/payments/PaySheet.tsx`: default export for `lazy`; mounted while open. */
export interface PaySheetProps {
  thread: Thread;
  event: Event;
  target: PayTarget;
  onClose: () => void;
}

/** `features/payments/PurchaseSheet.tsx`: default export for `lazy`; mounted while open. */
export interface PurchaseSheetProps {
  thread: Thread;
  purchase: PurchaseId;
  onClose: () => void;
}

/** `features/money/MoneyCard.tsx`: money between people, as it is now. */
export interface MoneyCardProps {
  thread: Thread;
  event: Event;
  me: string;
  /** False where nothing can be done. */
  enabled: boolean;
  onPay: (item: RequestItem) => void;
}

/** `features/money/MoneySheet.tsx`: sends, asks and splits; default export for `lazy`; mounted while open. */
export interface MoneySheetProps {
  thread: Thread;
  me: string;
  /** The request that is paid; else one chooses what to do. */
  paying?: RequestItem;
  onClose: () => void;
}

/** `features/passes/BoardingPassView.tsx`: full screen, above everything; default export for `lazy`. */
export interface BoardingPassViewProps {
  passes: readonly BoardingPass[];
  initialIndex: number;
  onClose: () => void;
}
