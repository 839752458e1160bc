import { CircleAlert } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addMethod } from '../../../api/money.ts';
import { Button } from '../../../ui/Button.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import { CardFrame, type CardFrameHandle } from '../card/CardFrame.tsx';
import styles from './AddCardSheet.module.css';

/** Saves a card without paying anything. */
export function AddCardSheet({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const { t } = useTranslation('payments');
  const form = useRef<CardFrameHandle>(null);
  const [valid, setValid] = useState(false);
  const [state, setState] = useState<'open' | 'saving' | 'refused'>('open');

  const save = async (token: string) => {
    try {
      await addMethod(token);
      onAdded();
      onClose();
    } catch {
      setState('refused');
    }
  };

  return (
    <Sheet title={t('newCard')} onClose={onClose}>
      <div className={styles.sheet}>
        <CardFrame
          ref={form}
          onValid={setValid}
          onToken={(token) => void save(token)}
          onError={() => setState('refused')}
        />
        {state === 'refused' && (
          <p role="alert" className={styles.refused}>
            <CircleAlert size={20} aria-hidden="true" />
            {t('cardProblem')}
          </p>
        )}
        <Button
          variant="solid"
          size="big"
          wide
          busy={state === 'saving'}
          disabled={!valid && state !== 'saving'}
          onClick={() => {
            setState('saving');
            form.current?.submit();
          }}
        >
          {state === 'saving' ? t('savingCard') : t('saveCard')}
        </Button>
      </div>
    </Sheet>
  );
}
