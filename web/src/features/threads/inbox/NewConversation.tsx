import { Search, UsersRound } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ThreadId } from '../../../api/ids.ts';
import { Button } from '../../../ui/Button.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import { FoundSomebody } from './FoundSomebody.tsx';
import styles from './NewConversation.module.css';
import { SearchField } from './SearchField.tsx';

const NewGroup = lazy(() => import('../group/NewGroup.tsx'));

/** Whom to write to: a person by name or handle, a business by name. */
export function NewConversation({
  onClose,
  onOpened,
}: {
  onClose: () => void;
  onOpened: (thread: ThreadId) => void;
}) {
  const { t } = useTranslation('threads');
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const [isGroup, setIsGroup] = useState(false);
  if (isGroup)
    return (
      <Suspense fallback={null}>
        <NewGroup onClose={onClose} onOpened={onOpened} />
      </Suspense>
    );
  return (
    <Sheet title={t('newChat')} onClose={onClose} initialFocus={field}>
      <SearchField ref={field} label={t('whom')} value={typed} onChange={setTyped} />
      <Button variant="plain" size="small" icon={<UsersRound size={18} />} onClick={() => setIsGroup(true)}>
        {t('group.new')}
      </Button>
      <div className={styles.found}>
        {typed.trim() === '' ? (
          <p className={styles.hint}>
            <Search size={20} aria-hidden="true" />
            {t('whomHint')}
          </p>
        ) : (
          <FoundSomebody typed={typed} except={[]} onOpened={onOpened} />
        )}
      </div>
    </Sheet>
  );
}
