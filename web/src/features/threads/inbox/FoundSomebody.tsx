import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { BadgeCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ThreadId } from '../../../api/ids.ts';
import { findPages } from '../../../api/pages.ts';
import { findPeople } from '../../../api/people.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import { openThread } from '../../../api/threads.ts';
import type { Thread } from '../../../api/types.ts';
import { useSettled } from '../../../lib/useSettled.ts';
import { Avatar } from '../../../ui/Avatar.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Tag } from '../../../ui/Tag.tsx';
import { Tile } from '../../../ui/Tile.tsx';
import { useConversations } from '../sync/context.ts';
import { putThread } from '../sync/threadCache.ts';
import styles from './FoundSomebody.module.css';

export interface FoundSomebodyProps {
  typed: string;
  /** Conversations that are shown already: who is in them is not found a second time. */
  except: readonly Thread[];
  onOpened: (thread: ThreadId) => void;
}

/** People and businesses that match, to start a conversation with. An existing conversation is found again. */
export function FoundSomebody({ typed, except, onOpened }: FoundSomebodyProps) {
  const { t } = useTranslation('threads');
  const { me } = useConversations();
  const client = useQueryClient();
  // The server allows thirty searches a minute.
  const q = useSettled(typed.trim().replace(/^@/, ''));
  const options = { enabled: q !== '', staleTime: 60_000, placeholderData: <T,>(before: T) => before };
  const people = useQuery({
    queryKey: queryKeys.peopleFound(q),
    queryFn: ({ signal }) => findPeople(q, signal),
    ...options,
  });
  const pages = useQuery({
    queryKey: queryKeys.pagesFound(q),
    queryFn: ({ signal }) => findPages(q, signal),
    ...options,
  });
  const open = useMutation({
    mutationFn: openThread,
    onSuccess: (thread) => {
      putThread(client, thread);
      onOpened(thread.id);
    },
  });

  if (q === '') return null;
  const shown = new Set<string>(except.filter((thread) => thread.kind !== 'group').flatMap(idsOf));
  const foundPeople = (people.data?.people ?? []).filter(
    (person) => person.id !== me && !shown.has(person.id),
  );
  const foundPages = (pages.data?.pages ?? []).filter((page) => !shown.has(page.id));
  if (people.isError && pages.isError)
    return (
      <ErrorState
        onRetry={() => {
          void people.refetch();
          void pages.refetch();
        }}
      >
        {t('searchFailed')}
      </ErrorState>
    );
  if (people.isSuccess && pages.isSuccess && foundPeople.length + foundPages.length + shown.size === 0)
    return <p className={styles.none}>{t('nobodyFound', { typed: q })}</p>;

  const start = (member: string) => !open.isPending && open.mutate(member);
  return (
    <>
      {open.isError && <ErrorState>{t('openFailed')}</ErrorState>}
      <Section title={t('people')} isEmpty={foundPeople.length === 0}>
        {foundPeople.map((person) => (
          <Entry
            key={person.id}
            face={<Avatar id={person.id} name={person.name} />}
            name={person.name}
            about={<bdi dir="ltr">@{person.handle}</bdi>}
            onPress={() => start(`@${person.handle}`)}
          />
        ))}
      </Section>
      <Section title={t('businesses')} isEmpty={foundPages.length === 0}>
        {foundPages.map((page) => (
          <Entry
            key={page.id}
            face={<Tile id={page.id} name={page.name} color={page.color} />}
            name={page.name}
            badge={
              <>
                {page.verified && (
                  <BadgeCheck size={16} className={styles.verified} aria-label={t('verified')} />
                )}
                <Tag>{t('bot')}</Tag>
              </>
            }
            about={page.category}
            onPress={() => start(`page:${page.username}`)}
          />
        ))}
      </Section>
    </>
  );
}

const idsOf = (thread: Thread) => thread.members.map((member) => member.id);

function Section({ title, isEmpty, children }: { title: string; isEmpty: boolean; children: ReactNode }) {
  if (isEmpty) return null;
  return (
    <section aria-label={title}>
      <h3 className={styles.title}>{title}</h3>
      <ul>{children}</ul>
    </section>
  );
}

function Entry({
  face,
  name,
  badge,
  about,
  onPress,
}: {
  face: ReactNode;
  name: string;
  badge?: ReactNode;
  about: ReactNode;
  onPress: () => void;
}) {
  return (
    <li>
      <button type="button" className={styles.entry} onClick={onPress}>
        {face}
        <span className={styles.name}>
          <bdi className="cut">{name}</bdi>
          {badge}
        </span>
        <span className="t-small soft cut">{about}</span>
      </button>
    </li>
  );
}
