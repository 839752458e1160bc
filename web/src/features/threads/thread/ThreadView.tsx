import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ThreadId } from '../../../api/ids.ts';
import { isProblem } from '../../../api/problem.ts';
import type { Press } from '../../../api/slots.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { useMediaQuery } from '../../../lib/useMediaQuery.ts';
import { Button } from '../../../ui/Button.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { DeskContext } from '../actions/context.ts';
import { canEdit } from '../actions/messageActions.ts';
import { useMessageDesk } from '../actions/useMessageDesk.tsx';
import { Composer, type ComposerHandle } from '../composer/Composer.tsx';
import { plain, type WritingMode } from '../composer/mode.ts';
import { RequestBar } from '../composer/RequestBar.tsx';
import { Stopped } from '../composer/Stopped.tsx';
import type { Marked } from '../model/markup.ts';
import type { Written } from '../model/outgoing.ts';
import { useConversations } from '../sync/context.ts';
import { useLog } from '../sync/useLog.ts';
import { useThread } from '../sync/useThreads.ts';
import { PinnedBar } from './PinnedBar.tsx';
import type { ThreadSlots } from './slots.ts';
import { ThreadHeader } from './ThreadHeader.tsx';
import { ThreadLog, type ThreadLogHandle } from './ThreadLog.tsx';
import styles from './ThreadView.module.css';
import { useDrop } from './useDrop.ts';

const SearchSheet = lazy(() => import('./SearchSheet.tsx'));
const SidePanel = lazy(() => import('../group/SidePanel.tsx'));

export interface ThreadViewProps {
  id: ThreadId;
  slots: ThreadSlots;
  /** On phones, where the thread covers the inbox; else null. */
  onBack: (() => void) | null;
  /** Under the header: how the connection is. */
  notice: ReactNode;
  /** Leads to the list, when this thread is not there. */
  onLeave: () => void;
  /** A message to begin at, by its number; a new object for each wish. */
  at: { seq: number } | null;
}

export function ThreadView({ id, slots, notice, onBack, onLeave, at }: ThreadViewProps) {
  const { t } = useTranslation('threads');
  const thread = useThread(id);
  if (thread.data)
    return (
      <Open
        key={id}
        thread={thread.data}
        slots={slots}
        notice={notice}
        onBack={onBack}
        onLeave={onLeave}
        at={at}
      />
    );
  if (!thread.isError) return <section className={styles.thread} aria-busy="true" />;
  return (
    <section className={styles.thread}>
      {isProblem(thread.error, 'thread_not_found') ? (
        <EmptyState
          action={
            <Button variant="tinted" size="small" onClick={onLeave}>
              {t('toChats')}
            </Button>
          }
        >
          {t('threadGone')}
        </EmptyState>
      ) : (
        <ErrorState onRetry={() => void thread.refetch()}>{t('threadFailed')}</ErrorState>
      )}
    </section>
  );
}

function Open({
  thread,
  slots,
  notice,
  onBack,
  onLeave,
  at,
}: Omit<ThreadViewProps, 'id'> & { thread: Thread }) {
  const { t } = useTranslation('threads');
  const { me, conversations } = useConversations();
  const { log, events, outgoing } = useLog(thread.id);
  const view = useRef<ThreadLogHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const hasPointer = useMediaQuery('(pointer: fine)');

  // Where a keyboard is at hand, one can write at once; on a touch screen it would cover half the thread.
  useEffect(() => {
    if (hasPointer) composer.current?.focus();
  }, [hasPointer]);

  const [showsPanel, setShowsPanel] = useState(false);
  const [searches, setSearches] = useState(false);
  const hasWidth = useMediaQuery('(width >= 1360px)');
  const [mode, setMode] = useState<WritingMode>(plain);
  const jump = useRef<(seq: number) => void>(() => undefined);
  jump.current = (seq) => view.current?.jumpTo(seq);
  const write = useCallback((next: WritingMode) => {
    setMode(next);
    // The menu that led here closes first and would take the focus back.
    requestAnimationFrame(() => composer.current?.focus());
  }, []);
  const reply = useCallback((event: Event) => write({ kind: 'reply', event }), [write]);
  const edit = useCallback((event: Event) => write({ kind: 'edit', event }), [write]);
  const isMember = thread.members.some((member) => member.id === me);
  const enabled = isMember && !thread.blocked && !thread.request;
  const { desk, overlays, pins } = useMessageDesk({ thread, enabled, onReply: reply, onEdit: edit, jump });

  const send = useCallback(
    (written: Written) => {
      conversations.send(thread.id, written);
      setMode(plain);
      requestAnimationFrame(() => view.current?.toEnd());
    },
    [conversations, thread.id],
  );
  const press = useCallback((what: Press) => send({ text: what.title, payload: what.payload }), [send]);
  const change = useCallback(
    (event: Event, text: Marked) => {
      setMode(plain);
      if (text.text !== event.text || JSON.stringify(text.entities) !== JSON.stringify(event.entities ?? []))
        conversations.changes.wish(thread.id, event.seq, { kind: 'edit', ...text });
    },
    [conversations, thread.id],
  );
  const editLast = () => {
    const last = events.findLast((event) => canEdit(desk.about(event)));
    if (last) edit(last);
  };

  // Once the log is drawn: it is put where it begins, and then leaves for the message.
  useEffect(() => {
    if (at && log.loaded) view.current?.jumpTo(at.seq);
  }, [at, log.loaded]);

  const drop = useDrop(enabled && thread.kind !== 'business', (files) => composer.current?.attach(files));

  const { page } = thread;
  const isWritten =
    thread.lastSeq > 0 || log.events.length > 0 || outgoing.some((item) => item.state.name === 'failed');
  if (page?.getStarted && log.loaded && !isWritten)
    return (
      <section className={styles.thread} aria-label={thread.title}>
        <slots.Welcome
          page={page}
          starting={outgoing.length > 0}
          onGetStarted={press}
          {...(onBack ? { onBack } : {})}
        />
      </section>
    );

  const isMuted = thread.announcementsOnly && thread.role === 'member';
  const closed = !isMember
    ? t('notMember')
    : isMuted
      ? t('notice.announcements')
      : page?.menu?.composerInputDisabled
        ? t('useMenu', { name: thread.title })
        : null;
  return (
    <div className={styles.beside}>
      <section className={styles.thread} aria-label={thread.title} {...drop.handlers}>
        {drop.isOver && (
          <div className={styles.drop} aria-hidden="true">
            {t('dropHere')}
          </div>
        )}
        <ThreadHeader
          thread={thread}
          onBack={onBack}
          onPanel={() => setShowsPanel((shown) => !shown)}
          isPanelOpen={showsPanel}
          onSearch={() => setSearches(true)}
        />
        {notice}
        {pins.length > 0 && <PinnedBar thread={thread} pins={pins} onJump={desk.jump} />}
        <DeskContext value={desk}>
          <ThreadLog ref={view} thread={thread} slots={slots} enabled={enabled} onPress={press} />
          {overlays}
          {searches && (
            <Suspense fallback={null}>
              <SearchSheet
                thread={thread}
                onOpen={(seq) => {
                  setSearches(false);
                  desk.jump(seq);
                }}
                onClose={() => setSearches(false)}
              />
            </Suspense>
          )}
        </DeskContext>
        {thread.request ? (
          <RequestBar thread={thread} onRefused={onLeave} />
        ) : thread.blocked ? (
          <Stopped thread={thread} />
        ) : (
          <Composer
            ref={composer}
            thread={thread}
            closed={closed}
            mode={mode}
            onEndMode={() => setMode(plain)}
            onSend={send}
            onChange={change}
            onEditLast={editLast}
            onMoney={thread.kind === 'business' ? undefined : () => slots.onMoney(thread)}
            start={page?.menu && <slots.Menu page={page} enabled={enabled} onPress={press} />}
          />
        )}
      </section>
      {showsPanel && (
        <DeskContext value={desk}>
          <Suspense fallback={null}>
            <SidePanel
              thread={thread}
              pins={pins}
              onJump={(seq) => {
                if (!hasWidth) setShowsPanel(false);
                desk.jump(seq);
              }}
              onClose={() => setShowsPanel(false)}
            />
          </Suspense>
        </DeskContext>
      )}
    </div>
  );
}
