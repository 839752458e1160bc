import { CornerUpLeft, Pencil, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Event, Thread } from '../../../api/types.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { memberName } from '../model/notice.ts';
import { previewOf } from '../model/preview.ts';
import { useConversations } from '../sync/context.ts';
import styles from './ModeBar.module.css';

/** Above the field: what is answered or edited, and a way out. */
export function ModeBar({
  kind,
  event,
  thread,
  onEnd,
}: {
  kind: 'reply' | 'edit';
  event: Event;
  thread: Thread;
  onEnd: () => void;
}) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { me } = useConversations();
  const author = event.sender === me ? t('you') : memberName(thread, event.sender) || thread.title;
  const { text } = previewOf(event, { ...thread, kind: 'direct' }, me, t, format.withCode);
  return (
    <div className={styles.bar}>
      {kind === 'reply' ? (
        <CornerUpLeft size={16} className="mirror" aria-hidden="true" />
      ) : (
        <Pencil size={16} aria-hidden="true" />
      )}
      <p className="cut">
        <b>{kind === 'reply' ? <bdi>{author}</bdi> : t('editing')}</b>
        <span dir="auto"> · {text}</span>
      </p>
      <button type="button" aria-label={kind === 'reply' ? t('noReply') : t('noEdit')} onClick={onEnd}>
        <X size={18} />
      </button>
    </div>
  );
}
