import { type KeyboardEvent, type RefObject, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemberId } from '../../../api/ids.ts';
import type { Thread } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { Avatar } from '../../../ui/Avatar.tsx';
import { folded } from '../inbox/filter.ts';
import { useConversations } from '../sync/context.ts';
import styles from './MentionList.module.css';

interface Choice {
  id: MemberId | 'all';
  name: string;
  handle: string;
}

const shownMax = 6;

/** Whom a beginning such as `@le` may mean, in a thread of people. */
export function useMentions({
  thread,
  text,
  field,
  place,
}: {
  thread: Thread;
  text: string;
  field: RefObject<HTMLTextAreaElement | null>;
  place: (text: string, caret: number) => void;
}) {
  const { t } = useTranslation('threads');
  const { me } = useConversations();
  const listId = useId();
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string | null>(null);

  const typed = /(?:^|[\s(])@([\p{L}\p{N}_.]{0,32})$/u.exec(text.slice(0, caret))?.[1];
  const choices = ((): Choice[] => {
    if (typed === undefined || thread.kind !== 'group' || dismissed === typed) return [];
    const wanted = folded(typed);
    const people: Choice[] = thread.members
      .filter((member) => member.kind === 'person' && member.id !== me)
      .map(({ id, name, handle }) => ({ id, name, handle }));
    if (thread.role === 'owner' || thread.role === 'admin')
      people.push({ id: 'all', name: t('mentionAll'), handle: 'all' });
    return people
      .filter(({ name, handle }) => handle.startsWith(wanted) || ` ${folded(name)}`.includes(` ${wanted}`))
      .slice(0, shownMax);
  })();
  const index = Math.min(active, choices.length - 1);
  const isOpen = choices.length > 0;

  const choose = (choice: Choice) => {
    if (typed === undefined) return;
    const start = caret - typed.length;
    const rest = text.slice(caret);
    const named = `${choice.handle}${rest.startsWith(' ') ? '' : ' '}`;
    place(text.slice(0, start) + named + rest, start + choice.handle.length + 1);
    setActive(0);
  };

  return {
    listId,
    choices,
    index,
    choose,
    look: () => setCaret(field.current?.selectionStart ?? 0),
    fieldProps: isOpen
      ? {
          role: 'combobox' as const,
          'aria-expanded': true,
          'aria-controls': listId,
          'aria-activedescendant': `${listId}-${index}`,
          'aria-autocomplete': 'list' as const,
        }
      : {},
    /** True when the key was for the list. */
    onKeyDown: (event: KeyboardEvent): boolean => {
      const choice = choices[index];
      if (!isOpen || !choice) return false;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
        setActive((index + (event.key === 'ArrowDown' ? 1 : choices.length - 1)) % choices.length);
      else if (event.key === 'Enter' || event.key === 'Tab') choose(choice);
      else if (event.key === 'Escape') setDismissed(typed ?? null);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}

export function MentionList({ listId, choices, index, choose }: ReturnType<typeof useMentions>) {
  const { t } = useTranslation('threads');
  if (choices.length === 0) return null;
  return (
    <div id={listId} role="listbox" aria-label={t('mention')} className={styles.list}>
      {choices.map((choice, at) => (
        // Focus and keys stay with the field, which names the active one.
        <button
          key={choice.id}
          type="button"
          tabIndex={-1}
          id={`${listId}-${at}`}
          role="option"
          aria-selected={at === index}
          className={cx(styles.choice, at === index && styles.active)}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => choose(choice)}
        >
          <Avatar id={choice.id} name={choice.name} size="small" />
          <bdi className="cut">{choice.name}</bdi>
          <bdi dir="ltr" className="t-meta quiet">
            @{choice.handle}
          </bdi>
        </button>
      ))}
    </div>
  );
}
