import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useMemo } from 'react';
import { Route, Routes, useLocation, useNavigate, useParams, useSearchParams } from 'react-router';
import type { ServerFrame } from '../api/frames.ts';
import type { ThreadId } from '../api/ids.ts';
import { queryKeys } from '../api/queryKeys.ts';
import type { Me } from '../api/types.ts';
import { Conversations } from '../features/threads/sync/Conversations.ts';
import { ConversationsContext } from '../features/threads/sync/context.ts';
import { useThreads } from '../features/threads/sync/useThreads.ts';
import type { Language } from '../lib/languages.ts';
import { LiveConnection } from '../lib/live.ts';
import { ChatsPage } from './ChatsPage.tsx';
import { LiveContext } from './ConnectionBar.tsx';
import { CrashGuard } from './CrashGuard.tsx';
import { Frame } from './Frame.tsx';
import { NothingHere } from './NothingHere.tsx';

const FindPage = lazy(() =>
  import('../features/bots/FindPage.tsx').then((module) => ({ default: module.FindPage })),
);
const ComeByLink = lazy(() =>
  import('../features/bots/ComeByLink.tsx').then((module) => ({ default: module.ComeByLink })),
);
const JoinPage = lazy(() =>
  import('../features/threads/group/JoinPage.tsx').then((module) => ({ default: module.JoinPage })),
);
const Safety = lazy(() =>
  import('../features/money/Safety.tsx').then((module) => ({ default: module.Safety })),
);
const Links = lazy(() => import('../features/money/Links.tsx').then((module) => ({ default: module.Links })));
const ClaimPage = lazy(() =>
  import('../features/money/ClaimPage.tsx').then((module) => ({ default: module.ClaimPage })),
);
const StatementPage = lazy(() =>
  import('../features/money/StatementPage.tsx').then((module) => ({ default: module.StatementPage })),
);
const BotsPage = lazy(() =>
  import('../features/console/BotsPage.tsx').then((module) => ({ default: module.BotsPage })),
);
const BotPage = lazy(() =>
  import('../features/console/BotPage.tsx').then((module) => ({ default: module.BotPage })),
);
const MoneyPage = lazy(() =>
  import('../features/payments/MoneyPage.tsx').then((module) => ({ default: module.MoneyPage })),
);

export interface SignedInProps {
  me: Me;
  language: Language;
  onChooseLanguage: (language: Language) => void;
  onSignedOut: () => void;
}

/** Everything for one person: the live connection, their conversations, the places they can be. */
export function SignedIn({ me, language, onChooseLanguage, onSignedOut }: SignedInProps) {
  const { session, live } = useSession(me, onSignedOut);
  const navigate = useNavigate();
  return (
    <ConversationsContext value={session}>
      <OpenWhenKnown live={live} />
      <LiveContext value={live}>
        <Frame me={me} language={language} onChooseLanguage={onChooseLanguage} onSignedOut={onSignedOut}>
          <CrashGuard>
            <Suspense fallback={null}>
              <Routes>
                <Route path="/" element={<ChatsPage />} />
                <Route path="/t/:thread" element={<ChatsPage />} />
                <Route
                  path="/find"
                  element={<FindPage onOpenThread={(thread) => void navigate(`/t/${thread.id}`)} />}
                />
                <Route
                  path="/money"
                  element={
                    <MoneyPage
                      safety={
                        <>
                          <Links />
                          <Safety isDemo={me.demo} />
                        </>
                      }
                      onStatement={() => void navigate('/money/statement')}
                    />
                  }
                />
                <Route
                  path="/money/statement"
                  element={<StatementPage onBack={() => void navigate('/money')} />}
                />
                <Route path="/bots" element={<BotsPage />} />
                <Route path="/bots/:app/:section?" element={<BotPage />} />
                <Route path="/m/:username" element={<Come />} />
                <Route path="/join" element={<Join />} />
                <Route path="/claim" element={<Claim me={me.id} />} />
                <Route path="*" element={<NothingHere />} />
              </Routes>
            </Suspense>
          </CrashGuard>
        </Frame>
      </LiveContext>
    </ConversationsContext>
  );
}

/** The token stands behind `#`, so that no server on the way sees it. */
function Join() {
  const navigate = useNavigate();
  const { hash } = useLocation();
  return (
    <JoinPage
      token={decodeURIComponent(hash.slice(1))}
      onOpen={(thread) => void navigate(`/t/${thread}`, { replace: true })}
      onLeave={() => void navigate('/')}
    />
  );
}

function Come() {
  const navigate = useNavigate();
  const { username = '' } = useParams();
  const [link] = useSearchParams();
  const open = useCallback(
    (thread: ThreadId) => void navigate(`/t/${thread}`, { replace: true }),
    [navigate],
  );
  return <ComeByLink username={username} link={link} onOpen={open} />;
}

function Claim({ me }: { me: string }) {
  const navigate = useNavigate();
  const { hash } = useLocation();
  return (
    <ClaimPage
      secret={decodeURIComponent(hash.slice(1))}
      me={me}
      onOpen={(thread) => void navigate(`/t/${thread}`, { replace: true })}
      onLeave={() => void navigate('/')}
    />
  );
}

function useSession(me: Me, onSignedOut: () => void) {
  const client = useQueryClient();
  const made = useMemo(() => {
    const live: LiveConnection = new LiveConnection({
      url: new URL('/live', location.href.replace(/^http/, 'ws')).href,
      resume: () => conversations.resume(),
      onSignedOut,
      onReady: (again) => {
        conversations.reconnected();
        // Markers and new threads are not replayed: ask for them, once.
        if (again) void client.invalidateQueries({ queryKey: queryKeys.threads });
        if (again) void client.invalidateQueries({ queryKey: ['thread'] });
        if (again) void client.invalidateQueries({ queryKey: ['money'] });
      },
      onFrame: (raw) => {
        const frame = raw as ServerFrame;
        if (frame.op === 'purchase')
          client.setQueryData(queryKeys.purchase(frame.purchase.id), frame.purchase);
        else if (frame.op === 'money') {
          void client.invalidateQueries({ queryKey: queryKeys.moneyItem(frame.id) });
          void client.invalidateQueries({ queryKey: queryKeys.wallet });
        } else conversations.receive(frame);
      },
    });
    const conversations: Conversations = new Conversations(me.id, client, (frame) => live.send(frame));
    return { live, session: { me: me.id, conversations } };
  }, [client, me.id, onSignedOut]);

  useEffect(() => {
    made.session.conversations.start();
    return () => {
      made.session.conversations.stop();
      made.live.close();
    };
  }, [made]);
  return made;
}

/** The connection opens once the inbox is known, so that its hello can say from where news is wanted. */
function OpenWhenKnown({ live }: { live: LiveConnection }) {
  const { isPending } = useThreads();
  useEffect(() => {
    if (!isPending) live.open();
  }, [isPending, live]);
  return null;
}
