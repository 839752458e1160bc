import { SendHorizontal } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { Thread } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { useConversations } from '../sync/context.ts';
import { keepDraft, useDraft } from '../sync/drafts.ts';
import styles from './Composer.module.css';
import { bytesLeft } from './limit.ts';

export interface ComposerHandle {
  focus: () => void;
}

export interface ComposerProps {
  thread: Thread;
  /** Before the text: the menu of a business. */
  start: ReactNode;
  /** Why nothing can be written, or null. */
  closed: string | null;
  onSend: (text: string) => void;
  ref?: Ref<ComposerHandle>;
}

const counterFrom = 200;

/** Enter sends, Shift+Enter breaks the line; while an input method composes, Enter belongs to it. */
export function Composer({ thread, start, closed, onSend, ref }: ComposerProps) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { me, conversations } = useConversations();
  const draft = useDraft(me, thread.id);
  const field = useRef<HTMLTextAreaElement>(null);
  const left = bytesLeft(draft);
  const canSend = draft.trim() !== '' && left >= 0;

  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }));

  // The field grows with its text, up to what the style sheet allows.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.blockSize = 'auto';
    box.style.blockSize = `${box.scrollHeight}px`;
  }, [draft]);

  useEffect(() => () => conversations.tellTyping(thread.id, false), [conversations, thread.id]);

  const write = (text: string) => {
    keepDraft(me, thread.id, text);
    conversations.tellTyping(thread.id, text.trim() !== '');
  };
  const send = () => {
    if (!canSend) return;
    onSend(draft.trim());
    keepDraft(me, thread.id, '');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // 229: some input methods send the last Enter after they have ended the composition.
    const composing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || composing) return;
    event.preventDefault();
    send();
  };

  return (
    <div className={styles.composer}>
      <div className={cx(styles.box, closed !== null && styles.closed)}>
        {start}
        <textarea
          ref={field}
          // An empty field goes by the page, so that its hint stands at the start.
          dir={draft === '' ? undefined : 'auto'}
          rows={1}
          value={closed === null ? draft : ''}
          disabled={closed !== null}
          aria-label={t('writeTo', { name: thread.title })}
          placeholder={closed ?? t('writeTo', { name: thread.title })}
          enterKeyHint="send"
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {left < counterFrom && (
          <span className={cx(styles.left, left < 0 && styles.over, 'n')} role="status">
            {format.count(left)}
          </span>
        )}
        {draft.trim() !== '' && closed === null && (
          <IconButton
            variant="solid"
            className={styles.send ?? ''}
            label={t('send')}
            disabled={!canSend}
            icon={<SendHorizontal size={20} className="mirror" />}
            // The field keeps its focus, and with it the keyboard of a phone stays open.
            onPointerDown={(event) => event.preventDefault()}
            onClick={send}
          />
        )}
      </div>
      {left < 0 && (
        <p className={styles.tooLong} role="alert">
          {t('tooLong')}
        </p>
      )}
    </div>
  );
}
