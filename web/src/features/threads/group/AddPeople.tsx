import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addMembers } from '../../../api/groups.ts';
import type { MemberId } from '../../../api/ids.ts';
import type { Person, Thread } from '../../../api/types.ts';
import { Button } from '../../../ui/Button.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import styles from './group.module.css';
import { groupProblem } from './groupProblem.ts';
import { PeoplePicker } from './PeoplePicker.tsx';

export default function AddPeople({
  thread,
  except,
  onAdded,
  onClose,
}: {
  thread: Thread;
  except: readonly MemberId[];
  onAdded: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('threads');
  const field = useRef<HTMLInputElement>(null);
  const [people, setPeople] = useState<readonly Person[]>([]);
  const add = useMutation({
    mutationFn: () =>
      addMembers(
        thread.id,
        people.map((person) => `@${person.handle}`),
      ),
    onSuccess: () => {
      onAdded();
      onClose();
    },
  });
  return (
    <Sheet title={t('group.add')} onClose={onClose} initialFocus={field}>
      <div className={styles.form}>
        <PeoplePicker ref={field} chosen={people} onChange={setPeople} except={except} />
        {add.isError && <ErrorState>{groupProblem(add.error, t)}</ErrorState>}
        <Button
          variant="solid"
          size="big"
          wide
          disabled={people.length === 0}
          busy={add.isPending}
          onClick={() => add.mutate()}
        >
          {t('group.addCount', { count: people.length })}
        </Button>
      </div>
    </Sheet>
  );
}
