import { useMutation, useQuery } from '@tanstack/react-query';
import { BadgeCheck } from 'lucide-react';
import { useDeferredValue, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { findPages } from '../../api/pages.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { openThread } from '../../api/threads.ts';
import type { Page, Thread } from '../../api/types.ts';
import { cx } from '../../lib/cx.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Skeleton, useTakesLong } from '../../ui/Skeleton.tsx';
import { Tag } from '../../ui/Tag.tsx';
import { Tile } from '../../ui/Tile.tsx';
import styles from './FindPage.module.css';

/** Businesses and bots to write to; a press opens the conversation, which begins with its welcome screen. */
export function FindPage({ onOpenThread }: { onOpenThread: (thread: Thread) => void }) {
  const { t } = useTranslation('bots');
  const [words, setWords] = useState('');
  const asked = useDeferredValue(words.trim());
  const field = useId();

  const found = useQuery({
    queryKey: queryKeys.pagesFound(asked),
    queryFn: ({ signal }) => findPages(asked, signal),
    placeholderData: (before) => before,
  });
  const open = useMutation({
    mutationFn: (page: Page) => openThread(`page:${page.username}`),
    onSuccess: onOpenThread,
  });
  const waits = useTakesLong(found.isPending, 200);
  const pages = found.data?.pages ?? [];

  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <h1 className="t-head">{t('find')}</h1>
        <label htmlFor={field} className="spoken">
          {t('findSearch')}
        </label>
        <input
          id={field}
          type="search"
          className={styles.search}
          value={words}
          placeholder={t('findSearch')}
          // An empty field goes by the page, so that its hint stands at the start.
          dir={words === '' ? undefined : 'auto'}
          autoComplete="off"
          onChange={(event) => setWords(event.target.value)}
        />
        {open.isError && <ErrorState>{t('openThreadFailed', { name: open.variables.name })}</ErrorState>}
        {found.isError ? (
          <ErrorState onRetry={() => void found.refetch()}>{t('findFailed')}</ErrorState>
        ) : found.isPending ? (
          waits && <RowsToCome />
        ) : pages.length === 0 ? (
          <EmptyState>{asked === '' ? t('findNone') : t('findNobody', { words: asked })}</EmptyState>
        ) : (
          <ul className={styles.rows}>
            {pages.map((page) => (
              <li key={page.id}>
                <button
                  type="button"
                  className={styles.row}
                  aria-busy={open.isPending && open.variables.id === page.id}
                  onClick={() => !open.isPending && open.mutate(page)}
                >
                  <Tile id={page.id} name={page.name} color={page.color} />
                  <span className={styles.words}>
                    <span className={styles.name}>
                      <bdi className="cut">{page.name}</bdi>
                      {page.verified && (
                        <BadgeCheck size={16} className={styles.verified} aria-label={t('verified')} />
                      )}
                      <Tag>{t('bot')}</Tag>
                    </span>
                    <span className={cx(styles.about, 't-small')} dir="auto">
                      {page.about}
                    </span>
                  </span>
                  <span className={cx(styles.category, 't-meta quiet')}>
                    <bdi>{page.category}</bdi>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </main>
  );
}

function RowsToCome() {
  return (
    <ul className={styles.rows} aria-hidden="true">
      {['62%', '48%', '55%'].map((width) => (
        <li key={width} className={styles.row}>
          <Skeleton width={44} height={44} shape="tile" />
          <span className={styles.words}>
            <Skeleton width="30%" height={14} />
            <Skeleton width={width} />
          </span>
        </li>
      ))}
    </ul>
  );
}
