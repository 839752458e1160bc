import type { Event } from '../../../api/types.ts';

/** What the composer's text becomes: a message, an answer to one, or what one says instead. */
export type WritingMode =
  | { kind: 'plain' }
  | { kind: 'reply'; event: Event }
  | { kind: 'edit'; event: Event };

export const plain: WritingMode = { kind: 'plain' };
