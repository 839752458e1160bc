import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useParams } from 'react-router';
import type { RequestItem } from '../api/between.ts';
import type { PurchaseId, ThreadId } from '../api/ids.ts';
import type { PayTarget } from '../api/slots.ts';
import type { BoardingPass, Event, Thread } from '../api/types.ts';
import { MessageCard } from '../features/bots/MessageCard.tsx';
import { PersistentMenu } from '../features/bots/PersistentMenu.tsx';
import { QuickReplies } from '../features/bots/QuickReplies.tsx';
import { WelcomeScreen } from '../features/bots/WelcomeScreen.tsx';
import { Inbox } from '../features/threads/inbox/Inbox.tsx';
import { useConversations } from '../features/threads/sync/context.ts';
import { useThreads } from '../features/threads/sync/useThreads.ts';
import type { ThreadSlots } from '../features/threads/thread/slots.ts';
import { ThreadView } from '../features/threads/thread/ThreadView.tsx';
import { useIsPhone } from '../lib/useMediaQuery.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import styles from './ChatsPage.module.css';
import { ConnectionBar } from './ConnectionBar.tsx';

const PaySheet = lazy(() => import('../features/payments/PaySheet.tsx'));
const PurchaseSheet = lazy(() => import('../features/payments/PurchaseSheet.tsx'));
const MoneySheet = lazy(() => import('../features/money/MoneySheet.tsx'));
const MoneyCard = lazy(() =>
  import('../features/money/MoneyCard.tsx').then((module) => ({ default: module.MoneyCard })),
);
const BoardingPassView = lazy(() => import('../features/passes/BoardingPassView.tsx'));

type Overlay =
  | { kind: 'pay'; thread: Thread; event: Event; target: PayTarget }
  | { kind: 'purchase'; thread: Thread; purchase: PurchaseId }
  | { kind: 'money'; thread: Thread; paying: RequestItem | undefined }
  | { kind: 'pass'; passes: readonly BoardingPass[]; index: number }
  | null;

/** Inbox and thread beside each other; on phones one covers the other. Here the features of a thread meet. */
export function ChatsPage() {
  const { t } = useTranslation('app');
  const navigate = useNavigate();
  const isPhone = useIsPhone();
  const { me } = useConversations();
  const params = useParams();
  const selected = (params.thread ?? null) as ThreadId | null;
  const location = useLocation();
  // Each visit to the address is a wish of its own, also to the same message.
  const at = useMemo(() => {
    const seq = Number(new URLSearchParams(location.search).get('at'));
    return Number.isInteger(seq) && seq > 0 ? { seq } : null;
  }, [location]);
  const search = useRef<HTMLInputElement>(null);
  const [overlay, setOverlay] = useState<Overlay>(null);
  const close = () => setOverlay(null);

  const slots = useMemo<ThreadSlots>(
    () => ({
      Card: MessageCard,
      QuickReplies,
      Menu: PersistentMenu,
      Welcome: WelcomeScreen,
      onPurchase: (thread, purchase) => setOverlay({ kind: 'purchase', thread, purchase }),
      onPay: (thread, event, target) => setOverlay({ kind: 'pay', thread, event, target }),
      Money: MoneyCard,
      onMoney: (thread, paying) => setOverlay({ kind: 'money', thread, paying }),
      onOpenPass: (passes, index) => setOverlay({ kind: 'pass', passes, index }),
    }),
    [],
  );
  const toInbox = useCallback(() => void navigate('/'), [navigate]);
  useThreadKeys(selected, search, isPhone ? toInbox : null);

  return (
    <div className={styles.chats}>
      {(!isPhone || selected === null) && (
        <Inbox
          selected={selected}
          searchRef={search}
          notice={selected === null && <ConnectionBar />}
          findPath="/find"
        />
      )}
      {(!isPhone || selected !== null) && (
        <main className={styles.thread}>
          {selected === null ? (
            <EmptyState>{t('chooseThread')}</EmptyState>
          ) : (
            <ThreadView
              key={selected}
              id={selected}
              slots={slots}
              notice={<ConnectionBar />}
              onBack={isPhone ? toInbox : null}
              onLeave={toInbox}
              at={at}
            />
          )}
        </main>
      )}
      <Suspense fallback={null}>
        {overlay?.kind === 'pay' && (
          <PaySheet thread={overlay.thread} event={overlay.event} target={overlay.target} onClose={close} />
        )}
        {overlay?.kind === 'purchase' && (
          <PurchaseSheet thread={overlay.thread} purchase={overlay.purchase} onClose={close} />
        )}
        {overlay?.kind === 'money' && (
          <MoneySheet
            thread={overlay.thread}
            me={me}
            {...(overlay.paying ? { paying: overlay.paying } : {})}
            onClose={close}
          />
        )}
        {overlay?.kind === 'pass' && (
          <BoardingPassView passes={overlay.passes} initialIndex={overlay.index} onClose={close} />
        )}
      </Suspense>
    </div>
  );
}

/** Ctrl+K to the search, Alt+↑ and Alt+↓ through the threads, Esc back on phones. */
function useThreadKeys(
  selected: ThreadId | null,
  search: React.RefObject<HTMLInputElement | null>,
  back: (() => void) | null,
): void {
  const navigate = useNavigate();
  const { threads } = useThreads();

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('[role="dialog"], [role="alertdialog"]')) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        search.current?.focus();
        search.current?.select();
      } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        event.preventDefault();
        const index = threads.findIndex((thread) => thread.id === selected);
        const next = threads[event.key === 'ArrowUp' ? Math.max(0, index - 1) : index + 1];
        if (next && next.id !== selected) void navigate(`/t/${next.id}`);
      } else if (event.key === 'Escape' && back && selected !== null) {
        back();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [threads, selected, navigate, search, back]);
}
