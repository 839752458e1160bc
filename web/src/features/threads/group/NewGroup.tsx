import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openGroup } from '../../../api/groups.ts';
import type { ThreadId } from '../../../api/ids.ts';
import type { Person } from '../../../api/types.ts';
import { Button } from '../../../ui/Button.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import { putThread } from '../sync/threadCache.ts';
import styles from './group.module.css';
import { groupProblem } from './groupProblem.ts';
import { PeoplePicker } from './PeoplePicker.tsx';

/** A group: what it is called, and who is in it. */
export default function NewGroup({
  onClose,
  onOpened,
}: {
  onClose: () => void;
  onOpened: (thread: ThreadId) => void;
}) {
  const { t } = useTranslation('threads');
  const client = useQueryClient();
  const first = useRef<HTMLInputElement>(null);
  const [title, setTitle] = useState('');
  const [people, setPeople] = useState<readonly Person[]>([]);
  const open = useMutation({
    mutationFn: () =>
      openGroup(
        people.map((person) => `@${person.handle}`),
        title.trim(),
      ),
    onSuccess: (thread) => {
      putThread(client, thread);
      onOpened(thread.id);
    },
  });
  return (
    <Sheet title={t('group.new')} onClose={onClose} initialFocus={first}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          open.mutate();
        }}
      >
        <Field
          ref={first}
          label={t('group.title')}
          value={title}
          maxLength={100}
          required
          autoComplete="off"
          onChange={(event) => setTitle(event.target.value)}
        />
        <PeoplePicker chosen={people} onChange={setPeople} />
        {open.isError && <ErrorState>{groupProblem(open.error, t)}</ErrorState>}
        <Button
          type="submit"
          variant="solid"
          size="big"
          wide
          disabled={title.trim() === '' || people.length < 2}
          busy={open.isPending}
        >
          {people.length < 2 ? t('group.chooseTwo') : t('group.create')}
        </Button>
      </form>
    </Sheet>
  );
}
