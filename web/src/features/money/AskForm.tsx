import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { askForMoney, type MoneyToAsk } from '../../api/between.ts';
import type { Money, Thread } from '../../api/types.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { AmountField, readTyped, type TypedAmount, useBalances } from './AmountField.tsx';
import { Failure, isRefused } from './Failure.tsx';
import styles from './MoneySheet.module.css';
import { NoteField } from './NoteField.tsx';
import { putMoney } from './useMoneyItem.ts';

/** Asks under one key until the server has said no. */
export function useAsk(thread: Thread, onDone: () => void) {
  const client = useQueryClient();
  const key = useRef(crypto.randomUUID());
  return useMutation({
    mutationFn: (wish: Omit<MoneyToAsk, 'key' | 'thread'>) =>
      askForMoney({ ...wish, key: key.current, thread: thread.id }),
    onSuccess: (item) => {
      putMoney(client, item);
      onDone();
    },
    onError: (error) => {
      if (isRefused(error)) key.current = crypto.randomUUID();
    },
  });
}

/** Asks the other one of a conversation. Moves nothing. */
export function AskForm({ thread, head, onDone }: { thread: Thread; head: ReactNode; onDone: () => void }) {
  const { t } = useTranslation('money');
  const { withCode } = useFormat();
  const [first] = useBalances();
  const [typed, setTyped] = useState<TypedAmount>({ typed: '', currency: (first as Money).currency });
  const [note, setNote] = useState('');
  const ask = useAsk(thread, onDone);
  const read = readTyped(typed);
  const amount = 'amountMinor' in read ? { amountMinor: read.amountMinor, currency: typed.currency } : null;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (amount) ask.mutate({ amount, ...(note.trim() ? { note: note.trim() } : {}) });
      }}
    >
      {head}
      <p className="soft">{t('askWhom', { name: thread.title })}</p>
      <AmountField label={t('amount')} value={typed} onChange={setTyped} />
      <NoteField value={note} onChange={setNote} />
      <Failure error={ask.error} />
      <Button type="submit" variant="solid" size="big" wide busy={ask.isPending} disabled={!amount}>
        {amount ? <bdi>{t('ask', { amount: withCode(amount) })}</bdi> : t('tab.ask')}
      </Button>
    </form>
  );
}
