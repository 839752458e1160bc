import { useTranslation } from 'react-i18next';
import type { Thread } from '../../../api/types.ts';
import { Button } from '../../../ui/Button.tsx';
import { useBlock } from '../sync/useBlock.ts';
import styles from './Stopped.module.css';

/** In the composer's place while the other side is stopped. */
export function Stopped({ thread }: { thread: Thread }) {
  const { t } = useTranslation('threads');
  const block = useBlock(thread);
  const isBusiness = thread.kind === 'business';
  return (
    <div className={styles.stopped}>
      <p>{t(isBusiness ? 'youStopped' : 'youBlocked', { name: thread.title })}</p>
      <Button variant="tinted" size="small" busy={block.isPending} onClick={() => block.mutate(false)}>
        {t(isBusiness ? 'startAgain' : 'unblock')}
      </Button>
    </div>
  );
}
