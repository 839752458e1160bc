import { Check } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ClientId, newClientId, type ThreadId } from '../../../api/ids.ts';
import { forwardMessage } from '../../../api/messages.ts';
import { isProblem } from '../../../api/problem.ts';
import type { Event, Thread } from '../../../api/types.ts';
import { Button } from '../../../ui/Button.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import { useToast } from '../../../ui/Toasts.tsx';
import { filterThreads } from '../inbox/filter.ts';
import { SearchField } from '../inbox/SearchField.tsx';
import { useThreads } from '../sync/useThreads.ts';
import { ThreadFace } from '../ThreadFace.tsx';
import styles from './sheets.module.css';

const chatsMax = 20;

/** To which conversations: several at once. A second try makes no second copy. */
export default function ForwardSheet({
  thread,
  event,
  onClose,
}: {
  thread: Thread;
  event: Event;
  onClose: () => void;
}) {
  const { t } = useTranslation('threads');
  const toast = useToast();
  const { threads } = useThreads();
  const field = useRef<HTMLInputElement>(null);
  const ids = useRef(new Map<ThreadId, ClientId>());
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<readonly ThreadId[]>([]);
  const [state, setState] = useState<'choosing' | 'sending' | { failed: string }>('choosing');
  const shown = filterThreads(
    threads.filter((each) => !each.blocked && !each.request),
    'all',
    typed,
  );

  const toggle = (id: ThreadId) =>
    setChosen((now) =>
      now.includes(id) ? now.filter((each) => each !== id) : now.length < chatsMax ? [...now, id] : now,
    );
  const send = async () => {
    setState('sending');
    let left = chosen;
    try {
      for (const id of chosen) {
        const clientId = ids.current.get(id) ?? newClientId();
        ids.current.set(id, clientId);
        await forwardMessage(id, { clientId, from: { thread: thread.id, seq: event.seq } });
        left = left.filter((each) => each !== id);
      }
      toast({ text: t('forwardedTo', { count: chosen.length }) });
      onClose();
    } catch (error) {
      if (!isProblem(error)) throw error;
      setChosen(left);
      setState({
        failed: error.code === 'forward_limit' ? t('refusal.forwardLimit') : t('forwardFailed'),
      });
    }
  };

  return (
    <Sheet title={t('forwardTo')} onClose={onClose} initialFocus={field}>
      <SearchField ref={field} label={t('searchChats')} value={typed} onChange={setTyped} />
      <div className={styles.rows}>
        {shown.map((each) => (
          // biome-ignore lint/a11y/useSemanticElements: a row that is ticked
          <button
            key={each.id}
            type="button"
            role="checkbox"
            aria-checked={chosen.includes(each.id)}
            className={styles.choice}
            onClick={() => toggle(each.id)}
          >
            <ThreadFace thread={each} size="medium" />
            <bdi className="cut">{each.title}</bdi>
            <span className={styles.tick} aria-hidden="true">
              <Check size={14} strokeWidth={3} />
            </span>
          </button>
        ))}
        {shown.length === 0 && <p className={styles.none}>{t('noneOfThese')}</p>}
      </div>
      {typeof state === 'object' && <ErrorState>{state.failed}</ErrorState>}
      <Button
        variant="solid"
        size="big"
        wide
        disabled={chosen.length === 0}
        busy={state === 'sending'}
        onClick={() => void send()}
      >
        {state === 'sending' ? t('forwarding') : t('forwardCount', { count: chosen.length })}
      </Button>
    </Sheet>
  );
}
