import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Gift } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { giveToGroup } from '../../api/between.ts';
import type { Money, Thread } from '../../api/types.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { AmountField, readTyped, type TypedAmount, useBalances } from './AmountField.tsx';
import { Failure, isRefused } from './Failure.tsx';
import styles from './MoneySheet.module.css';
import { NoteField } from './NoteField.tsx';
import { PinPart, usePin } from './PinPart.tsx';
import { putMoney } from './useMoneyItem.ts';

const portionsMax = 100;

/** So much for the group, in so many portions. It leaves one's balance at once. */
export function GiftForm({
  thread,
  others,
  head,
  onDone,
}: {
  thread: Thread;
  /** How many could take. */
  others: number;
  head: ReactNode;
  onDone: () => void;
}) {
  const { t } = useTranslation('money');
  const { withCode, spoken } = useFormat();
  const client = useQueryClient();
  const [first] = useBalances();
  const [typed, setTyped] = useState<TypedAmount>({ typed: '', currency: (first as Money).currency });
  const [portions, setPortions] = useState(String(Math.max(1, Math.min(others, portionsMax))));
  const [how, setHow] = useState<'equally' | 'byChance'>('equally');
  const [note, setNote] = useState('');
  const key = useRef(crypto.randomUUID());
  const read = readTyped(typed);
  const amount = 'amountMinor' in read ? { amountMinor: read.amountMinor, currency: typed.currency } : null;
  const pin = usePin(amount, typed.currency);
  const count = /^[0-9]{1,3}$/.test(portions) ? Number(portions) : 0;
  const isCountRight = count >= 1 && count <= portionsMax && (!amount || count <= amount.amountMinor);
  const give = useMutation({
    mutationFn: (whole: Money) =>
      giveToGroup({
        key: key.current,
        thread: thread.id,
        amount: whole,
        portions: count,
        random: how === 'byChance',
        ...(note.trim() ? { note: note.trim() } : {}),
        ...pin.body,
      }),
    onSuccess: (item) => {
      putMoney(client, item);
      onDone();
    },
    onError: (error) => {
      if (isRefused(error)) key.current = crypto.randomUUID();
    },
  });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (amount && isCountRight && !give.isPending) give.mutate(amount);
      }}
    >
      {head}
      <AmountField label={t('giftWhole')} value={typed} onChange={setTyped} showsAvailable />
      <Field
        label={t('portions')}
        hint={t('portionsHint')}
        error={isCountRight ? undefined : t('wrong.portions')}
        inputMode="numeric"
        dir="ltr"
        autoComplete="off"
        maxLength={3}
        value={portions}
        onChange={(event) => setPortions(event.target.value)}
      />
      <Tabs
        label={t('how')}
        value={how}
        choices={[
          { value: 'equally', label: t('equally') },
          { value: 'byChance', label: t('byChance') },
        ]}
        onChoose={setHow}
      />
      <NoteField value={note} onChange={setNote} />
      <PinPart of={pin} />
      <Failure error={give.error} />
      <Button
        type="submit"
        variant="money"
        size="big"
        wide
        icon={<Gift size={20} aria-hidden="true" />}
        busy={give.isPending}
        disabled={!amount || !isCountRight || !pin.isReady}
        aria-label={amount && !give.isPending ? t('give', { amount: spoken(amount) }) : undefined}
      >
        {give.isPending ? (
          t('sending')
        ) : amount ? (
          <bdi>{t('give', { amount: withCode(amount) })}</bdi>
        ) : (
          t('tab.gift')
        )}
      </Button>
    </form>
  );
}
