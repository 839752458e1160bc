import { useTranslation } from 'react-i18next';
import type { Thread } from '../../../api/types.ts';
import { useKeyed } from '../../../lib/KeyedStore.ts';
import { useConversations } from '../sync/context.ts';
import styles from './TypingLine.module.css';

/** Who is writing, by name. Clears by itself. */
export function TypingLine({ thread }: { thread: Thread }) {
  const { t } = useTranslation('threads');
  const { conversations } = useConversations();
  const typing = useKeyed(conversations.typing, thread.id);
  const names = thread.members.filter((member) => typing.includes(member.id)).map((member) => member.name);
  if (names.length === 0) return null;
  return (
    <p className={styles.typing}>
      <span aria-hidden="true" className={styles.columns}>
        <i />
        <i />
        <i />
      </span>
      {names.length === 1 ? t('isWriting', { name: names[0] }) : t('severalWriting', { count: names.length })}
    </p>
  );
}
