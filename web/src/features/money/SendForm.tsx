import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, LockKeyhole, UserRoundX } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getReceiver, type Receiver, type RequestItem, sendMoney } from '../../api/between.ts';
import type { MemberId } from '../../api/ids.ts';
import { isProblem } from '../../api/problem.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import type { Money, Thread } from '../../api/types.ts';
import { cx } from '../../lib/cx.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button } from '../../ui/Button.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { SelectField } from '../../ui/SelectField.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { useToast } from '../../ui/Toasts.tsx';
import { AmountField, readTyped, type TypedAmount, useBalances } from './AmountField.tsx';
import { Failure, isRefused } from './Failure.tsx';
import styles from './MoneySheet.module.css';
import { NoteField } from './NoteField.tsx';
import { PinPart, usePin } from './PinPart.tsx';
import { putMoney } from './useMoneyItem.ts';

const hour = 3_600;

interface SendFormProps {
  thread: Thread;
  me: string;
  to: MemberId;
  paying: RequestItem | undefined;
  /** The choice of what else could be done; gone while a payment is confirmed. */
  head: ReactNode;
  onBusy: (busy: boolean) => void;
  onDone: () => void;
}

/** First how much, then to whom exactly: what is confirmed is bound to both, and a change of either asks again. */
export function SendForm({ thread, me, to, paying, head, onBusy, onDone }: SendFormProps) {
  const { t } = useTranslation('money');
  const asked = paying?.shares.find((share) => share.person.id === me)?.amount;
  const [first] = useBalances();
  const [typed, setTyped] = useState<TypedAmount>({ typed: '', currency: (first as Money).currency });
  const [note, setNote] = useState('');
  const [delay, setDelay] = useState(0);
  const [confirmed, setConfirmed] = useState<Money | null>(asked ?? null);
  const receiver = useQuery({
    queryKey: queryKeys.receiver(to, thread.id),
    queryFn: ({ signal }) => getReceiver(to, thread.id, signal),
    // What is confirmed must be of now.
    staleTime: 0,
  });
  const read = readTyped(typed);

  if (receiver.isError)
    return <ErrorState onRetry={() => void receiver.refetch()}>{t('receiverFailed')}</ErrorState>;
  if (!receiver.data) return <Skeleton width="100%" height={120} />;
  if (confirmed)
    return (
      <Confirm
        thread={thread}
        receiver={receiver.data}
        amount={confirmed}
        note={note.trim()}
        delay={delay}
        paying={paying}
        onBusy={onBusy}
        onBack={asked ? null : () => setConfirmed(null)}
        onLookAgain={() => void receiver.refetch()}
        onDone={onDone}
      />
    );
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if ('amountMinor' in read) setConfirmed({ amountMinor: read.amountMinor, currency: typed.currency });
      }}
    >
      {head}
      <Face receiver={receiver.data} />
      <AmountField label={t('amount')} value={typed} onChange={setTyped} showsAvailable />
      <NoteField value={note} onChange={setNote} />
      <SelectField label={t('when')} value={delay} onChange={(event) => setDelay(Number(event.target.value))}>
        <option value={0}>{t('when.now')}</option>
        <option value={hour}>{t('when.hour')}</option>
        <option value={24 * hour}>{t('when.day')}</option>
        <option value={7 * 24 * hour}>{t('when.week')}</option>
      </SelectField>
      <Button type="submit" variant="solid" size="big" wide disabled={!('amountMinor' in read)}>
        {t('next')}
      </Button>
    </form>
  );
}

function Confirm({
  thread,
  receiver,
  amount,
  note,
  delay,
  paying,
  onBusy,
  onBack,
  onLookAgain,
  onDone,
}: {
  thread: Thread;
  receiver: Receiver;
  amount: Money;
  note: string;
  /** In seconds; 0: at once. */
  delay: number;
  paying: RequestItem | undefined;
  onBusy: (busy: boolean) => void;
  onBack: (() => void) | null;
  onLookAgain: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslation('money');
  const { withCode, spoken } = useFormat();
  const client = useQueryClient();
  const toast = useToast();
  const [isSure, setIsSure] = useState(false);
  const pin = usePin(amount, amount.currency, { fresh: true });
  // One key for all tries, until the server has said no: what is refused under a key stays refused.
  const key = useRef(crypto.randomUUID());
  const heading = useRef<HTMLParagraphElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const send = useMutation({
    mutationFn: () =>
      sendMoney({
        key: key.current,
        thread: thread.id,
        amount,
        to: receiver.id,
        toName: receiver.name,
        ...(note ? { note } : {}),
        ...(isSure ? { firstPaymentConfirmed: true } : {}),
        ...(paying ? { request: paying.id } : {}),
        ...(delay > 0 ? { sendInSeconds: delay } : {}),
        ...pin.body,
      }),
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    onSuccess: (item) => {
      putMoney(client, item);
      if (paying) void client.invalidateQueries({ queryKey: queryKeys.moneyItem(paying.id) });
      void client.invalidateQueries({ queryKey: queryKeys.receiver(receiver.id, thread.id) });
      void client.invalidateQueries({ queryKey: ['standing'] });
      toast({ text: t(delay > 0 ? 'waits' : 'sent', { amount: withCode(amount), name: receiver.name }) });
      onDone();
    },
    onError: (error) => {
      if (isRefused(error)) key.current = crypto.randomUUID();
      if (isProblem(error, 'receiver_renamed', 'first_payment_unconfirmed')) onLookAgain();
      if (paying) void client.invalidateQueries({ queryKey: queryKeys.moneyItem(paying.id) });
    },
  });
  const mustBeSure = !receiver.paidBefore && !isSure;
  return (
    <div className={styles.form}>
      <p ref={heading} tabIndex={-1} className={cx(styles.heading, 't-small soft')}>
        {t('confirm')}
      </p>
      <p className={cx(styles.total, 't-amount')}>
        <bdi dir="ltr">{withCode(amount)}</bdi>
      </p>
      <Face receiver={receiver} />
      {note && (
        <p className={cx(styles.note, 't-small soft')}>
          <bdi>{note}</bdi>
        </p>
      )}
      {!receiver.paidBefore && (
        <div className={styles.warning}>
          <p className={styles.warnHead}>
            <UserRoundX size={20} aria-hidden="true" />
            <span>{t('first.title', { name: receiver.name })}</span>
          </p>
          <p className="t-small">{t('first.why')}</p>
          <label className={styles.sure}>
            <input type="checkbox" checked={isSure} onChange={(event) => setIsSure(event.target.checked)} />
            <span className={styles.tick} aria-hidden="true">
              <Check size={14} strokeWidth={3} />
            </span>
            {t('first.sure')}
          </label>
        </div>
      )}
      {delay > 0 && (
        <p className="t-small soft">
          {t('goesAt', {
            when: t(
              delay === hour ? 'when.hour' : delay === 24 * hour ? 'when.day' : 'when.week',
            ).toLowerCase(),
          })}
        </p>
      )}
      <PinPart of={pin} />
      <Failure error={send.error} />
      <Button
        variant="money"
        size="big"
        wide
        busy={send.isPending}
        disabled={!send.isPending && (mustBeSure || !pin.isReady || pin.isPending)}
        icon={<LockKeyhole size={20} aria-hidden="true" />}
        aria-label={send.isPending ? undefined : t('send', { amount: spoken(amount) })}
        onClick={() => send.mutate()}
      >
        {send.isPending ? t('sending') : <bdi>{t('send', { amount: withCode(amount) })}</bdi>}
      </Button>
      {onBack && (
        <Button variant="plain" wide disabled={send.isPending} onClick={onBack}>
          {t('back')}
        </Button>
      )}
    </div>
  );
}

/** Who it is: the face, the name, and the handle that nobody else has. */
function Face({ receiver }: { receiver: Receiver }) {
  return (
    <div className={styles.face}>
      <Avatar id={receiver.id} name={receiver.name} size="row" />
      <div>
        <p className="t-title">
          <bdi>{receiver.name}</bdi>
        </p>
        <p className="t-meta quiet">
          <bdi dir="ltr">@{receiver.handle}</bdi>
        </p>
      </div>
    </div>
  );
}
