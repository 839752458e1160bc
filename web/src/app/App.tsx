import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { Direction } from 'radix-ui';
import { lazy, Suspense, useCallback, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { BrowserRouter, Route, Routes } from 'react-router';
import { getMe, patchMe } from '../api/people.ts';
import { isProblem } from '../api/problem.ts';
import { queryKeys } from '../api/queryKeys.ts';
import { whenSignedOut } from '../api/request.ts';
import { directionOf, type Language, languageOf } from '../lib/languages.ts';
import { ErrorState } from '../ui/ErrorState.tsx';
import { useTakesLong } from '../ui/Skeleton.tsx';
import { ToastProvider } from '../ui/Toasts.tsx';
import styles from './App.module.css';
import { CrashGuard } from './CrashGuard.tsx';
import { chooseLanguage, chosenLanguage } from './i18n.ts';

// Most who come are signed in: what they need is fetched beside the question who they are, not after its answer.
const forSignedIn = import('./SignedIn.tsx');
const SignedIn = lazy(() => forSignedIn.then((module) => ({ default: module.SignedIn })));
const SignInPage = lazy(() =>
  import('../features/people/SignInPage.tsx').then((module) => ({ default: module.SignInPage })),
);

// For those who write bots; nobody has to sign in to look at it.
const GalleryPage = lazy(() =>
  import('./gallery/GalleryPage.tsx').then((module) => ({ default: module.GalleryPage })),
);

const client = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => isProblem(error) && error.isPassing && failures < 3,
      refetchOnWindowFocus: false,
    },
  },
});

export function App() {
  const { i18n } = useTranslation();
  const language = languageOf(i18n.language) ?? 'en';
  return (
    <Direction.Provider dir={directionOf(language)}>
      <QueryClientProvider client={client}>
        <BrowserRouter>
          <ToastProvider>
            <CrashGuard>
              <Suspense fallback={null}>
                <Routes>
                  <Route path="/gallery" element={<GalleryPage />} />
                  <Route path="*" element={<Door language={language} />} />
                </Routes>
              </Suspense>
            </CrashGuard>
          </ToastProvider>
        </BrowserRouter>
      </QueryClientProvider>
    </Direction.Provider>
  );
}

/** Sign-in, or the app: whoever the cookie says. The address stays, so a link opens after signing in. */
function Door({ language }: { language: Language }) {
  const { t } = useTranslation('app');
  const queries = useQueryClient();
  const me = useQuery({
    queryKey: queryKeys.me,
    queryFn: ({ signal }) =>
      getMe(signal).catch((error: unknown) => {
        if (isProblem(error, 'not_signed_in')) return null;
        throw error;
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });

  const takesLong = useTakesLong(me.isPending, 8000);

  const leave = useCallback(() => {
    // What belongs to one person must not be seen by the next.
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== queryKeys.me[0] });
    queries.setQueryData(queryKeys.me, null);
  }, [queries]);
  useEffect(() => whenSignedOut(leave), [leave]);

  // An account's language counts on a device where nothing was chosen yet.
  const accountLanguage = languageOf(me.data?.locale);
  useEffect(() => {
    if (accountLanguage && chosenLanguage() === null) void chooseLanguage(accountLanguage);
  }, [accountLanguage]);

  const choose = (next: Language) => {
    void chooseLanguage(next);
    if (me.data)
      patchMe({ locale: next }).then(
        (person) => queries.setQueryData(queryKeys.me, person),
        () => undefined,
      );
  };

  if (me.isPending)
    return (
      <main className={styles.centre} aria-busy="true">
        {takesLong && <p className={styles.words}>{t('ui:stillLoading')}</p>}
      </main>
    );
  if (me.isError)
    return (
      <main className={styles.centre}>
        <ErrorState onRetry={() => void me.refetch()}>{t('serverSilent')}</ErrorState>
      </main>
    );
  if (me.data === null) return <SignInPage language={language} onChooseLanguage={choose} />;
  return (
    <SignedIn
      key={me.data.id}
      me={me.data}
      language={language}
      onChooseLanguage={choose}
      onSignedOut={leave}
    />
  );
}
