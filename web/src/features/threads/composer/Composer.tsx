import { SendHorizontal, Smile, Type } from 'lucide-react';
import {
  type KeyboardEvent,
  lazy,
  type ReactNode,
  type Ref,
  Suspense,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { Event, Thread } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { Menu, MenuAction } from '../../../ui/Menu.tsx';
import { PopoverPanel } from '../../../ui/PopoverPanel.tsx';
import { type Marked, readMarks, writeMarks } from '../model/markup.ts';
import type { Written } from '../model/outgoing.ts';
import { useConversations } from '../sync/context.ts';
import { keepDraft, useDraft } from '../sync/drafts.ts';
import styles from './Composer.module.css';
import { formatOfKey, formats, withFormat } from './formats.ts';
import { bytesLeft } from './limit.ts';
import { MentionList, useMentions } from './MentionList.tsx';
import { ModeBar } from './ModeBar.tsx';
import type { WritingMode } from './mode.ts';

const EmojiPicker = lazy(() =>
  import('../../../ui/EmojiPicker.tsx').then((module) => ({ default: module.EmojiPicker })),
);

export interface ComposerHandle {
  focus: () => void;
}

export interface ComposerProps {
  thread: Thread;
  /** Before the text: the menu of a business. */
  start: ReactNode;
  /** Why nothing can be written, or null. */
  closed: string | null;
  mode: WritingMode;
  onEndMode: () => void;
  onSend: (written: Written) => void;
  /** Another text for a message that is edited. */
  onChange: (event: Event, text: Marked) => void;
  /** Arrow up in an empty field. */
  onEditLast: () => void;
  ref?: Ref<ComposerHandle>;
}

const counterFrom = 200;

/** Enter sends, Shift+Enter breaks the line; while an input method composes, Enter belongs to it. */
export function Composer(props: ComposerProps) {
  const { thread, start, closed, mode, onEndMode, onSend, onChange, onEditLast, ref } = props;
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { me, conversations } = useConversations();
  const draft = useDraft(me, thread.id);
  const field = useRef<HTMLTextAreaElement>(null);
  const [edited, setEdited] = useState('');
  const [picksEmoji, setPicksEmoji] = useState(false);
  const isEdit = mode.kind === 'edit';
  const text = isEdit ? edited : draft;
  const left = bytesLeft(text);
  const canSend = text.trim() !== '' && left >= 0;

  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }));

  // The text to be edited takes the place of the draft, which stands there again afterwards.
  useEffect(() => {
    if (mode.kind !== 'edit') return;
    setEdited(writeMarks({ text: mode.event.text ?? '', entities: mode.event.entities }));
  }, [mode]);

  // The field grows with its text, up to what the style sheet allows.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.blockSize = 'auto';
    box.style.blockSize = `${box.scrollHeight}px`;
  }, [text]);

  useEffect(() => () => conversations.tellTyping(thread.id, false), [conversations, thread.id]);

  const write = (next: string) => {
    if (isEdit) return setEdited(next);
    keepDraft(me, thread.id, next);
    conversations.tellTyping(thread.id, next.trim() !== '');
  };
  /** Puts the text, and the caret or a selection into it. */
  const place = (next: string, from: number, to = from) => {
    write(next);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(from, to);
    });
  };
  const mentions = useMentions({ thread, text, field, place });
  const apply = (kind: (typeof formats)[number]) => {
    const box = field.current;
    if (!box) return;
    const next = withFormat(text, box.selectionStart, box.selectionEnd, kind);
    place(next.text, next.from, next.to);
  };
  const insert = (what: string) => {
    const from = field.current?.selectionStart ?? text.length;
    const to = field.current?.selectionEnd ?? from;
    place(text.slice(0, from) + what + text.slice(to), from + what.length);
  };

  const send = () => {
    if (!canSend) return;
    const marked = readMarks(text, thread.members, thread.role === 'owner' || thread.role === 'admin');
    if (marked.text === '') return;
    if (isEdit) onChange(mode.event, marked);
    else {
      onSend({
        text: marked.text,
        ...(marked.entities.length > 0 ? { entities: marked.entities } : {}),
        ...(mode.kind === 'reply' ? { replyTo: mode.event.seq } : {}),
      });
      keepDraft(me, thread.id, '');
    }
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // 229: some input methods send the last Enter after they have ended the composition.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (mentions.onKeyDown(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && mode.kind !== 'plain') {
      event.preventDefault();
      event.stopPropagation();
      onEndMode();
    } else if (event.key === 'ArrowUp' && text === '' && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      onEditLast();
    } else if (event.ctrlKey || event.metaKey) {
      const kind = formatOfKey(event.key, event.shiftKey);
      if (!kind) return;
      event.preventDefault();
      apply(kind);
    }
  };

  const isOpen = closed === null;
  return (
    <div className={styles.composer}>
      <MentionList {...mentions} />
      <div className={cx(styles.box, !isOpen && styles.closed)}>
        {mode.kind !== 'plain' && (
          <ModeBar kind={mode.kind} event={mode.event} thread={thread} onEnd={onEndMode} />
        )}
        <div className={styles.line}>
          {start}
          <textarea
            ref={field}
            // An empty field goes by the page, so that its hint stands at the start.
            dir={text === '' ? undefined : 'auto'}
            rows={1}
            value={isOpen ? text : ''}
            disabled={!isOpen}
            aria-label={isEdit ? t('editing') : t('writeTo', { name: thread.title })}
            placeholder={closed ?? t('writeTo', { name: thread.title })}
            enterKeyHint="send"
            {...mentions.fieldProps}
            onChange={(event) => write(event.target.value)}
            onSelect={mentions.look}
            onKeyDown={onKeyDown}
          />
          {left < counterFrom && (
            <span className={cx(styles.left, left < 0 && styles.over, 'n')} role="status">
              {format.count(left)}
            </span>
          )}
          {isOpen && text !== '' && (
            <Menu
              side="top"
              trigger={
                <IconButton
                  className={styles.extra ?? ''}
                  label={t('format.label')}
                  icon={<Type size={20} />}
                />
              }
            >
              {formats.map((kind) => (
                <MenuAction
                  key={kind.type}
                  icon={<kind.icon size={16} />}
                  end={
                    kind.key && (
                      <kbd dir="ltr">{`Ctrl ${kind.shift ? 'Shift ' : ''}${kind.key.toUpperCase()}`}</kbd>
                    )
                  }
                  onSelect={() => apply(kind)}
                >
                  {kind.label(t)}
                </MenuAction>
              ))}
            </Menu>
          )}
          {isOpen && (
            <PopoverPanel
              label={t('emoji')}
              align="end"
              open={picksEmoji}
              onOpenChange={setPicksEmoji}
              trigger={
                <IconButton className={styles.extra ?? ''} label={t('emoji')} icon={<Smile size={20} />} />
              }
            >
              <Suspense fallback={null}>
                <EmojiPicker
                  onPick={(emoji) => {
                    setPicksEmoji(false);
                    insert(emoji);
                  }}
                />
              </Suspense>
            </PopoverPanel>
          )}
          {isOpen && text.trim() !== '' && (
            <IconButton
              variant="solid"
              className={styles.send ?? ''}
              label={isEdit ? t('saveEdit') : t('send')}
              disabled={!canSend}
              icon={<SendHorizontal size={20} className="mirror" />}
              // The field keeps its focus, and with it the keyboard of a phone stays open.
              onPointerDown={(event) => event.preventDefault()}
              onClick={send}
            />
          )}
        </div>
      </div>
      {left < 0 && (
        <p className={styles.tooLong} role="alert">
          {t('tooLong')}
        </p>
      )}
    </div>
  );
}
