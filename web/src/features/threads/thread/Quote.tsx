import { useTranslation } from 'react-i18next';
import type { MemberId } from '../../../api/ids.ts';
import type { Thread } from '../../../api/types.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { useDesk } from '../actions/context.ts';
import { memberName } from '../model/notice.ts';
import { previewOf } from '../model/preview.ts';
import { useEvent } from '../sync/useEvent.ts';
import styles from './Quote.module.css';

/** What is answered, in two lines; a press leads there. Its words are those of now, also when it was edited since. */
export function Quote({
  thread,
  seq,
  quote,
  me,
}: {
  thread: Thread;
  seq: number;
  /** The part of it that is answered. */
  quote: string | undefined;
  me: MemberId;
}) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const desk = useDesk();
  const { event, isMissing } = useEvent(thread.id, seq);
  const author = event && (event.sender === me ? t('you') : memberName(thread, event.sender) || thread.title);
  const text = event
    ? (quote ?? previewOf(event, { ...thread, kind: 'direct' }, me, t, format.withCode).text)
    : isMissing
      ? t('quoteGone')
      : '';
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.quote}
      aria-label={t('quoteOf', { author: author ?? '', text })}
      onClick={() => event && desk?.jump(seq)}
    >
      <bdi className={styles.author}>{author ?? '\u00a0'}</bdi>
      <span dir="auto" className={styles.text}>
        {text}
      </span>
    </button>
  );
}
