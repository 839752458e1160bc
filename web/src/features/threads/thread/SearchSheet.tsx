import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Thread } from '../../../api/types.ts';
import { Sheet } from '../../../ui/Sheet.tsx';
import { MessageHits } from '../inbox/MessageHits.tsx';
import { SearchField } from '../inbox/SearchField.tsx';

/** Messages of one conversation. */
export default function SearchSheet({
  thread,
  onOpen,
  onClose,
}: {
  thread: Thread;
  onOpen: (seq: number) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('threads');
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  return (
    <Sheet title={t('search.in', { name: thread.title })} onClose={onClose} initialFocus={field}>
      <SearchField ref={field} label={t('search.here')} value={typed} onChange={setTyped} />
      <MessageHits typed={typed} thread={thread.id} onOpen={(_, seq) => onOpen(seq)} />
    </Sheet>
  );
}
