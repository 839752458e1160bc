import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LockKeyhole } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sendByLink } from '../../api/between.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import type { Money } from '../../api/types.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Sheet } from '../../ui/Sheet.tsx';
import { useToast } from '../../ui/Toasts.tsx';
import { AmountField, readTyped, type TypedAmount, useBalances } from './AmountField.tsx';
import { Failure, isRefused } from './Failure.tsx';
import styles from './MoneySheet.module.css';
import { NoteField } from './NoteField.tsx';
import { PinPart, usePin } from './PinPart.tsx';
import { putMoney } from './useMoneyItem.ts';

/** 256 random bits; they stand behind `#`, so that no server on the way sees them. */
const newSecret = () => (crypto.randomUUID() + crypto.randomUUID()).replaceAll('-', '');

/** Puts money aside for whoever comes with the link, which is made here and shown once. */
export function LinkSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('money');
  const { withCode, spoken } = useFormat();
  const client = useQueryClient();
  const toast = useToast();
  const [first] = useBalances();
  const [typed, setTyped] = useState<TypedAmount>({ typed: '', currency: (first as Money).currency });
  const [note, setNote] = useState('');
  const made = useRef({ key: crypto.randomUUID(), secret: newSecret() });
  const read = readTyped(typed);
  const amount = 'amountMinor' in read ? { amountMinor: read.amountMinor, currency: typed.currency } : null;
  const pin = usePin(amount, typed.currency);
  const send = useMutation({
    mutationFn: (money: Money) =>
      sendByLink({
        ...made.current,
        amount: money,
        ...(note.trim() ? { note: note.trim() } : {}),
        ...pin.body,
      }),
    onSuccess: (item) => {
      putMoney(client, item);
      void client.invalidateQueries({ queryKey: queryKeys.links });
    },
    onError: (error) => {
      if (isRefused(error)) made.current = { key: crypto.randomUUID(), secret: newSecret() };
    },
  });
  const link = `${location.origin}/claim#${made.current.secret}`;
  return (
    <Sheet title={t('link.title')} onClose={onClose} dismissable={!send.isPending}>
      {send.isSuccess ? (
        <div className={styles.form}>
          <p className={styles.warning}>{t('link.ready')}</p>
          <Field
            label={t('link.link')}
            value={link}
            readOnly
            dir="ltr"
            onFocus={(event) => event.target.select()}
          />
          <Button
            variant="solid"
            size="big"
            wide
            onClick={() => {
              void navigator.clipboard.writeText(link).then(() => toast({ text: t('link.copied') }));
            }}
          >
            {t('link.copy')}
          </Button>
          <Button variant="plain" wide onClick={onClose}>
            {t('link.done')}
          </Button>
        </div>
      ) : (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (amount && !send.isPending) send.mutate(amount);
          }}
        >
          <p className="soft">{t('link.how')}</p>
          <AmountField label={t('amount')} value={typed} onChange={setTyped} showsAvailable />
          <NoteField value={note} onChange={setNote} />
          <PinPart of={pin} />
          <Failure error={send.error} />
          <Button
            type="submit"
            variant="money"
            size="big"
            wide
            busy={send.isPending}
            disabled={!amount || !pin.isReady}
            icon={<LockKeyhole size={20} aria-hidden="true" />}
            aria-label={amount && !send.isPending ? t('link.make', { amount: spoken(amount) }) : undefined}
          >
            {send.isPending ? (
              t('sending')
            ) : amount ? (
              <bdi>{t('link.make', { amount: withCode(amount) })}</bdi>
            ) : (
              t('link.title')
            )}
          </Button>
        </form>
      )}
    </Sheet>
  );
}
