import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { ThreadId } from '../../../api/ids.ts';
import type { Row } from '../model/timeline.ts';
import { useConversations } from '../sync/context.ts';

const litForMs = 1200;

/** Goes to a message of the thread: brings it where needed, puts it in the middle, gives it focus, lights it once. */
export function useJump({
  thread,
  content,
  rows,
  leaveEnd,
  onMissing,
}: {
  thread: ThreadId;
  content: RefObject<HTMLElement | null>;
  rows: readonly Row[];
  leaveEnd: () => void;
  /** It is not there any more, or could not be fetched. */
  onMissing: () => void;
}): (seq: number) => void {
  const { conversations } = useConversations();
  const [goal, setGoal] = useState<{ seq: number } | null>(null);
  const done = useRef<{ seq: number } | null>(null);

  // Once the rows with it are drawn.
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows say when to look again
  useLayoutEffect(() => {
    if (!goal || done.current === goal) return;
    const message = content.current?.querySelector<HTMLElement>(`[data-seq="${goal.seq}"]`);
    if (!message) return;
    done.current = goal;
    leaveEnd();
    message.scrollIntoView({ block: 'center' });
    message.focus({ preventScroll: true });
    message.dataset.lit = '';
    const timer = setTimeout(() => delete message.dataset.lit, litForMs);
    return () => {
      clearTimeout(timer);
      delete message.dataset.lit;
    };
  }, [goal, rows, content, leaveEnd]);

  return useCallback(
    (seq) => {
      void conversations.bring(thread, seq).then((isHere) => (isHere ? setGoal({ seq }) : onMissing()));
    },
    [conversations, thread, onMissing],
  );
}
