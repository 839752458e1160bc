import type { ThreadId } from '../../../api/ids.ts';
import type { MessageCardProps } from '../../../api/slots.ts';
import type { Card } from '../../../ui/cards/readTemplate.ts';
import type { ThreadFacts } from '../../../ui/cards/threadFacts.ts';

/** What every card is given beside its template. */
export interface CardContext extends Pick<MessageCardProps, 'enabled' | 'onPress' | 'onPay' | 'onOpenPass'> {
  thread: ThreadId;
  /** Whose card it is. */
  page: string;
  /** Number of the message. */
  seq: number;
  facts: ThreadFacts;
}

export type Of<Kind extends Card['kind']> = Extract<Card, { kind: Kind }>;
