import { useMutation } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { complain, type Desk } from '../../../api/desk.ts';
import { cx } from '../../../lib/cx.ts';
import { readAmount } from '../../../lib/readAmount.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { Field } from '../../../ui/Field.tsx';
import sheet from '../PaySheet.module.css';
import styles from '../PurchaseSheet.module.css';

/** Asks for money back or for help. The key is made when the form opens: sent twice, it is asked once. */
export function ComplaintForm({
  desk: { purchase },
  wants,
  merchant,
  onDone,
  onBack,
}: {
  desk: Desk;
  wants: 'refund' | 'help';
  merchant: string;
  onDone: () => void;
  onBack: () => void;
}) {
  const { t } = useTranslation('payments');
  const { digits, withCode } = useFormat();
  const left = {
    ...purchase.amount,
    amountMinor: purchase.amount.amountMinor - (purchase.refunded?.amountMinor ?? 0),
  };
  const [key] = useState(() => crypto.randomUUID());
  const [typed, setTyped] = useState(() => digits(left));
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const read = typed === digits(left) ? left : readAmount(typed, left.currency);
  const amount = 'amountMinor' in read && read.amountMinor <= left.amountMinor ? read.amountMinor : null;
  const send = useMutation({
    mutationFn: () =>
      complain(purchase.id, {
        key,
        wants,
        note: note.trim(),
        ...(wants === 'refund' && amount !== null && amount < left.amountMinor && { amountMinor: amount }),
      }),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (note.trim() && (wants === 'help' || amount !== null)) send.mutate();
    else setTried(true);
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <h3 className="t-title">{t(wants === 'refund' ? 'desk.askRefund' : 'desk.report')}</h3>
      {wants === 'refund' && (
        <Field
          label={t('desk.amount')}
          dir="ltr"
          inputMode="decimal"
          value={typed}
          hint={t('desk.amountHint', { amount: withCode(left) })}
          error={tried && amount === null ? t('desk.wrongAmount', { amount: withCode(left) }) : undefined}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      <Field
        label={t('desk.note')}
        value={note}
        maxLength={280}
        hint={t('desk.noteHint', { merchant })}
        error={tried && !note.trim() ? t('desk.noteMissing') : undefined}
        onChange={(event) => setNote(event.target.value)}
      />
      {send.isError && (
        <p role="alert" className={cx(sheet.notice, sheet.danger)}>
          <CircleAlert size={20} aria-hidden="true" />
          {t('desk.notSent')}
        </p>
      )}
      <div className={styles.ask}>
        <Button onClick={onBack}>{t('desk.back')}</Button>
        <Button type="submit" variant="solid" busy={send.isPending}>
          {send.isPending ? t('desk.sending') : t('desk.send')}
        </Button>
      </div>
    </form>
  );
}
