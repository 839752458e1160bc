import { useQuery } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { type Ref, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemberId } from '../../../api/ids.ts';
import { findPeople } from '../../../api/people.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Person } from '../../../api/types.ts';
import { useSettled } from '../../../lib/useSettled.ts';
import { Avatar } from '../../../ui/Avatar.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SearchField } from '../inbox/SearchField.tsx';
import { useConversations } from '../sync/context.ts';
import { useThreads } from '../sync/useThreads.ts';
import styles from './group.module.css';

/** Chooses several people: those one talks with first, then whoever is found by name or handle. */
export function PeoplePicker({
  chosen,
  onChange,
  except = [],
  ref,
}: {
  chosen: readonly Person[];
  onChange: (chosen: readonly Person[]) => void;
  /** Who is there already. */
  except?: readonly MemberId[];
  ref?: Ref<HTMLInputElement>;
}) {
  const { t } = useTranslation('threads');
  const { me } = useConversations();
  const { threads } = useThreads();
  const [typed, setTyped] = useState('');
  const q = useSettled(typed.trim().replace(/^@/, ''));
  const found = useQuery({
    queryKey: queryKeys.peopleFound(q),
    queryFn: ({ signal }) => findPeople(q, signal),
    enabled: q !== '',
    staleTime: 60_000,
  });
  const known = threads
    .filter((thread) => thread.kind === 'direct')
    .flatMap((thread) => thread.members.filter((member) => member.id !== me));
  const shown = (q === '' ? known : (found.data?.people ?? [])).filter(
    (person) => person.id !== me && !except.includes(person.id),
  );
  const isChosen = (person: Person) => chosen.some((each) => each.id === person.id);
  const toggle = ({ id, name, handle }: Person) =>
    onChange(
      chosen.some((each) => each.id === id)
        ? chosen.filter((each) => each.id !== id)
        : [...chosen, { id, name, handle }],
    );
  return (
    <>
      {chosen.length > 0 && (
        <ul className={styles.chips} aria-label={t('group.chosen')}>
          {chosen.map((person) => (
            <li key={person.id} className={styles.chip}>
              <bdi className="cut">{person.name}</bdi>
              <button
                type="button"
                aria-label={t('removeAttachment', { name: person.name })}
                onClick={() => toggle(person)}
              >
                <X size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <SearchField {...(ref ? { ref } : {})} label={t('whom')} value={typed} onChange={setTyped} />
      <div className={styles.found}>
        {found.isError && <ErrorState onRetry={() => void found.refetch()}>{t('searchFailed')}</ErrorState>}
        {shown.map((person) => (
          // biome-ignore lint/a11y/useSemanticElements: a row that is ticked
          <button
            key={person.id}
            type="button"
            role="checkbox"
            aria-checked={isChosen(person)}
            className={styles.person}
            onClick={() => toggle(person)}
          >
            <Avatar id={person.id} name={person.name} size="medium" />
            <span className={styles.names}>
              <bdi className="cut">{person.name}</bdi>
              <bdi dir="ltr" className="t-meta quiet">
                @{person.handle}
              </bdi>
            </span>
            <span className={styles.tick} aria-hidden="true">
              <Check size={14} strokeWidth={3} />
            </span>
          </button>
        ))}
        {shown.length === 0 &&
          (q === '' ? (
            <p className={styles.none}>{t('whomHint')}</p>
          ) : (
            found.isSuccess && <p className={styles.none}>{t('nobodyFound', { typed: q })}</p>
          ))}
      </div>
    </>
  );
}
