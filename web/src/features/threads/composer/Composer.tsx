import { HandCoins, Plus, SendHorizontal, Smile, Type } from 'lucide-react';
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
import { useKeyed } from '../../../lib/KeyedStore.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { Menu, MenuAction } from '../../../ui/Menu.tsx';
import { PopoverPanel } from '../../../ui/PopoverPanel.tsx';
import { useToast } from '../../../ui/Toasts.tsx';
import { attachmentsMax } from '../media/Tray.ts';
import { TrayView } from '../media/TrayView.tsx';
import { type Marked, readMarks, writeMarks } from '../model/markup.ts';
import type { Written } from '../model/outgoing.ts';
import { useConversations } from '../sync/context.ts';
import { useDraft } from '../sync/drafts.ts';
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
  /** Puts files into the tray, as dropping them on the thread does. */
  attach: (files: readonly File[]) => void;
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
  /** Opens what one does with money here; absent where nothing is. */
  onMoney?: (() => void) | undefined;
  ref?: Ref<ComposerHandle>;
}

const counterFrom = 200;

/** Enter sends, Shift+Enter breaks the line; while an input method composes, Enter belongs to it. */
export function Composer(props: ComposerProps) {
  const { thread, start, closed, mode, onEndMode, onSend, onChange, onEditLast, onMoney, ref } = props;
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { me, conversations } = useConversations();
  const toast = useToast();
  const draft = useDraft(me, thread.id);
  const field = useRef<HTMLTextAreaElement>(null);
  const [edited, setEdited] = useState('');
  const [picksEmoji, setPicksEmoji] = useState(false);
  const tray = useKeyed(conversations.tray.items, thread.id);
  const picker = useRef<HTMLInputElement>(null);
  const isEdit = mode.kind === 'edit';
  const isUploading = tray.some((item) => item.state.name === 'uploading');
  const hasFailed = tray.some((item) => item.state.name === 'failed');
  const [sendsWhenReady, setSendsWhenReady] = useState(false);
  const text = isEdit ? edited : draft;
  const isOpen = closed === null;
  // Businesses are written to by words and buttons.
  const canAttach = thread.kind !== 'business';
  const left = bytesLeft(text);
  const canSend = left >= 0 && (text.trim() !== '' || (!isEdit && tray.length > 0)) && (isEdit || !hasFailed);

  useImperativeHandle(ref, () => ({
    focus: () => field.current?.focus(),
    attach: (files) => {
      if (isOpen && canAttach && !isEdit) attach(files);
    },
  }));

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
    conversations.drafts.wrote(thread.id, next);
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

  const attach = (files: readonly File[]) => {
    const tooMany = conversations.tray.add(thread.id, files);
    if (tooMany > 0) toast({ text: t('tooManyAttachments', { count: attachmentsMax }) });
    field.current?.focus();
  };

  const send = () => {
    if (!canSend) return;
    const marked = readMarks(text, thread.members, thread.role === 'owner' || thread.role === 'admin');
    if (isEdit) {
      if (marked.text !== '') onChange(mode.event, marked);
    } else if (isUploading) {
      // What is written goes with what is still on its way up.
      setSendsWhenReady(true);
      return;
    } else {
      setSendsWhenReady(false);
      const attachments = conversations.tray.take(thread.id);
      if (marked.text === '' && attachments.length === 0) return;
      onSend({
        text: marked.text,
        ...(marked.entities.length > 0 ? { entities: marked.entities } : {}),
        ...(attachments.length > 0 ? { attachments } : {}),
        ...(mode.kind === 'reply' ? { replyTo: mode.event.seq } : {}),
      });
      conversations.drafts.wrote(thread.id, '');
    }
    field.current?.focus();
  };
  const sendNow = useRef(send);
  sendNow.current = send;
  useEffect(() => {
    if (!sendsWhenReady) return;
    if (tray.length === 0 || hasFailed) setSendsWhenReady(false);
    else if (!isUploading) sendNow.current();
  }, [sendsWhenReady, isUploading, hasFailed, tray.length]);

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

  return (
    <div className={styles.composer}>
      <MentionList {...mentions} />
      <div className={cx(styles.box, !isOpen && styles.closed)}>
        {mode.kind !== 'plain' && (
          <ModeBar kind={mode.kind} event={mode.event} thread={thread} onEnd={onEndMode} />
        )}
        {tray.length > 0 && !isEdit && <TrayView thread={thread.id} tray={conversations.tray} items={tray} />}
        {sendsWhenReady && (
          <p className={styles.waits} role="status">
            {t('sendsWhenReady')}
          </p>
        )}
        <div className={styles.line}>
          {start}
          {isOpen && canAttach && !isEdit && (
            <>
              <IconButton
                className={styles.extra ?? ''}
                label={t('attach')}
                icon={<Plus size={20} />}
                onClick={() => picker.current?.click()}
              />
              <input
                ref={picker}
                type="file"
                multiple
                hidden
                tabIndex={-1}
                aria-hidden="true"
                onChange={(event) => {
                  attach([...(event.target.files ?? [])]);
                  event.target.value = '';
                }}
              />
            </>
          )}
          {isOpen && onMoney && !isEdit && text === '' && (
            <IconButton
              className={styles.extra ?? ''}
              label={t('money.open')}
              icon={<HandCoins size={20} />}
              onClick={onMoney}
            />
          )}
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
            onPaste={(event) => {
              const files = [...event.clipboardData.files];
              if (files.length === 0 || !canAttach || isEdit) return;
              event.preventDefault();
              attach(files);
            }}
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
          {isOpen && (text.trim() !== '' || (!isEdit && tray.length > 0)) && (
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
