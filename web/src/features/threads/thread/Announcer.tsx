import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemberId } from '../../../api/ids.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { previewOf } from '../model/preview.ts';
import { countsAsUnread } from '../model/unread.ts';

const atMostEachMs = 2000;

/** Says new messages politely, once, at most every two seconds; several at once become a number. */
export function Announcer({
  thread,
  events,
  me,
}: {
  thread: Thread;
  events: readonly Event[];
  me: MemberId;
}) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const [text, setText] = useState('');
  const saidSeq = useRef<number | null>(null);
  const newest = events.at(-1)?.seq ?? 0;

  useEffect(() => {
    if (saidSeq.current === null) {
      saidSeq.current = newest;
      return;
    }
    const timer = setTimeout(() => {
      const fresh = events.filter((event) => event.seq > (saidSeq.current ?? 0) && countsAsUnread(event, me));
      saidSeq.current = newest;
      const last = fresh.at(-1);
      if (!last) return;
      const author = thread.members.find((member) => member.id === last.sender)?.name ?? thread.title;
      setText(
        fresh.length === 1
          ? t('spoken.said', { author, text: previewOf(last, thread, me, t, format.spoken).text })
          : t('spoken.several', { count: fresh.length, author }),
      );
    }, atMostEachMs);
    return () => clearTimeout(timer);
  }, [newest, events, thread, me, t, format]);

  return (
    <p className="spoken" role="status" aria-live="polite">
      {text}
    </p>
  );
}
