import { Pin } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Thread } from '../../../api/types.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { memberName } from '../model/notice.ts';
import { previewOf } from '../model/preview.ts';
import { useConversations } from '../sync/context.ts';
import { useEvent } from '../sync/useEvent.ts';
import styles from './PinnedBar.module.css';

/** The newest pinned message, under the header; each press leads to one and shows the one before it. */
export function PinnedBar({
  thread,
  pins,
  onJump,
}: {
  thread: Thread;
  pins: readonly number[];
  onJump: (seq: number) => void;
}) {
  const { t } = useTranslation('threads');
  const [turn, setTurn] = useState(0);
  const sorted = [...pins].sort((a, b) => b - a);
  const index = turn % sorted.length;
  const seq = sorted[index];
  if (seq === undefined) return null;
  return (
    <button
      type="button"
      className={styles.bar}
      onClick={() => {
        onJump(seq);
        setTurn(index + 1);
      }}
    >
      <Pin size={16} aria-hidden="true" />
      <span className="t-meta">
        {sorted.length > 1 ? t('pinnedOf', { index: index + 1, count: sorted.length }) : t('pinned')}
      </span>
      <PinnedText thread={thread} seq={seq} />
    </button>
  );
}

function PinnedText({ thread, seq }: { thread: Thread; seq: number }) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { me } = useConversations();
  const { event, isMissing } = useEvent(thread.id, seq);
  const author = event && (event.sender === me ? t('you') : memberName(thread, event.sender));
  return (
    <span className="cut" dir="auto">
      {event
        ? t('spoken.said', {
            author,
            text: previewOf(event, { ...thread, kind: 'direct' }, me, t, format.withCode).text,
          })
        : isMissing && t('quoteGone')}
    </span>
  );
}
