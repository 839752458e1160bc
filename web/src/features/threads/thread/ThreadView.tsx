import { type ReactNode, useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ThreadId } from '../../../api/ids.ts';
import { isProblem } from '../../../api/problem.ts';
import type { Press } from '../../../api/slots.ts';
import type { Thread } from '../../../api/types.ts';
import { useMediaQuery } from '../../../lib/useMediaQuery.ts';
import { Button } from '../../../ui/Button.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Composer, type ComposerHandle } from '../composer/Composer.tsx';
import { Stopped } from '../composer/Stopped.tsx';
import { useConversations } from '../sync/context.ts';
import { useLog } from '../sync/useLog.ts';
import { useThread } from '../sync/useThreads.ts';
import type { ThreadSlots } from './slots.ts';
import { ThreadHeader } from './ThreadHeader.tsx';
import { ThreadLog, type ThreadLogHandle } from './ThreadLog.tsx';
import styles from './ThreadView.module.css';

export interface ThreadViewProps {
  id: ThreadId;
  slots: ThreadSlots;
  /** On phones, where the thread covers the inbox; else null. */
  onBack: (() => void) | null;
  /** Under the header: how the connection is. */
  notice: ReactNode;
  /** Leads to the list, when this thread is not there. */
  onLeave: () => void;
}

export function ThreadView({ id, slots, notice, onBack, onLeave }: ThreadViewProps) {
  const { t } = useTranslation('threads');
  const thread = useThread(id);
  if (thread.data)
    return <Open key={id} thread={thread.data} slots={slots} notice={notice} onBack={onBack} />;
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
}: Omit<ThreadViewProps, 'id' | 'onLeave'> & { thread: Thread }) {
  const { t } = useTranslation('threads');
  const { me, conversations } = useConversations();
  const { log, outgoing } = useLog(thread.id);
  const view = useRef<ThreadLogHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const hasPointer = useMediaQuery('(pointer: fine)');

  // Where a keyboard is at hand, one can write at once; on a touch screen it would cover half the thread.
  useEffect(() => {
    if (hasPointer) composer.current?.focus();
  }, [hasPointer]);

  const send = useCallback(
    (text: string, payload?: string) => {
      conversations.send(thread.id, { text, ...(payload === undefined ? {} : { payload }) });
      requestAnimationFrame(() => view.current?.toEnd());
    },
    [conversations, thread.id],
  );
  const press = useCallback((what: Press) => send(what.title, what.payload), [send]);

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

  const isMember = thread.members.some((member) => member.id === me);
  const closed = !isMember
    ? t('notMember')
    : page?.menu?.composerInputDisabled
      ? t('useMenu', { name: thread.title })
      : null;
  return (
    <section className={styles.thread} aria-label={thread.title}>
      <ThreadHeader thread={thread} onBack={onBack} />
      {notice}
      <ThreadLog
        ref={view}
        thread={thread}
        slots={slots}
        enabled={isMember && !thread.blocked}
        onPress={press}
      />
      {thread.blocked ? (
        <Stopped thread={thread} />
      ) : (
        <Composer
          ref={composer}
          thread={thread}
          closed={closed}
          onSend={send}
          start={page?.menu && <slots.Menu page={page} enabled={isMember} onPress={press} />}
        />
      )}
    </section>
  );
}
