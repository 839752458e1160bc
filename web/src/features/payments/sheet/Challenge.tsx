import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/Button.tsx';
import { useFrameMessages } from '../card/frame.ts';
import styles from './Challenge.module.css';

/** The bank asks the person to confirm, on its own page in the same sheet. */
export function Challenge({
  url,
  onDone,
  onCancel,
}: {
  url: string;
  onDone: () => void;
  onCancel: () => Promise<void>;
}) {
  const { t } = useTranslation('payments');
  const frame = useRef<HTMLIFrameElement>(null);
  const [cancelling, setCancelling] = useState(false);
  useFrameMessages(frame, new URL(url, location.href).origin, (message) => {
    if (message.type === 'stoa.challenge.done') onDone();
  });

  return (
    <section className={styles.challenge} aria-label={t('bankAsks')}>
      <h3 className="t-title">{t('bankAsks')}</h3>
      <iframe
        ref={frame}
        src={url}
        title={t('bankPage')}
        sandbox="allow-scripts allow-forms allow-same-origin"
        referrerPolicy="origin"
      />
      <Button
        wide
        busy={cancelling}
        onClick={() => {
          setCancelling(true);
          void onCancel().finally(() => setCancelling(false));
        }}
      >
        {cancelling ? t('cancelling') : t('cancelPayment')}
      </Button>
    </section>
  );
}
