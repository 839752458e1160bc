import { Check, CircleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemberId } from '../../api/ids.ts';
import type { Member, Money, Thread } from '../../api/types.ts';
import { cx } from '../../lib/cx.ts';
import { readAmount } from '../../lib/readAmount.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { AmountField, readTyped, type TypedAmount, useBalances } from './AmountField.tsx';
import { useAsk } from './AskForm.tsx';
import styles from './MoneySheet.module.css';
import { moneyProblem } from './moneyProblem.ts';
import { type Parts, partsOf } from './parts.ts';

/** A bill, who shares it, and how. What is left over is one's own part. */
export function SplitForm({
  thread,
  others,
  head,
  onDone,
}: {
  thread: Thread;
  others: readonly Member[];
  head: ReactNode;
  onDone: () => void;
}) {
  const { t } = useTranslation('money');
  const { withCode, digits } = useFormat();
  const [first] = useBalances();
  const [typed, setTyped] = useState<TypedAmount>({ typed: '', currency: (first as Money).currency });
  const [note, setNote] = useState('');
  const [how, setHow] = useState<'equally' | 'byAmounts'>('equally');
  const [chosen, setChosen] = useState<readonly MemberId[]>(() => others.map((member) => member.id));
  const [written, setWritten] = useState<Readonly<Record<string, string>>>({});
  const ask = useAsk(thread, onDone);

  const read = readTyped(typed);
  const whole = 'amountMinor' in read ? read.amountMinor : null;
  const parts: Parts | null =
    whole === null || chosen.length === 0
      ? null
      : partsOf(
          whole,
          how === 'equally'
            ? chosen.length
            : chosen.map((id) => {
                const part = readAmount(written[id] ?? '', typed.currency);
                return 'amountMinor' in part ? part.amountMinor : 0;
              }),
        );
  const money = (amountMinor: number) => ({ amountMinor, currency: typed.currency });
  const isReady = parts !== null && parts.wrong === undefined;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isReady || whole === null) return;
        ask.mutate({
          amount: money(whole),
          split: { people: [...chosen], ...(how === 'byAmounts' ? { amounts: [...parts.parts] } : {}) },
          ...(note.trim() ? { note: note.trim() } : {}),
        });
      }}
    >
      {head}
      <AmountField label={t('whole')} value={typed} onChange={setTyped} />
      <Field
        label={t('note')}
        value={note}
        maxLength={280}
        autoComplete="off"
        onChange={(event) => setNote(event.target.value)}
      />
      <Tabs
        label={t('how')}
        value={how}
        choices={[
          { value: 'equally', label: t('equally') },
          { value: 'byAmounts', label: t('byAmounts') },
        ]}
        onChoose={setHow}
      />
      <fieldset className={styles.people}>
        <legend className="t-small">{t('whom')}</legend>
        {others.map((member) => {
          const isChosen = chosen.includes(member.id);
          const part = isChosen && parts ? parts.parts[chosen.indexOf(member.id)] : undefined;
          return (
            <div key={member.id} className={styles.person}>
              <label className={styles.sure}>
                <input
                  type="checkbox"
                  checked={isChosen}
                  onChange={() =>
                    setChosen(isChosen ? chosen.filter((id) => id !== member.id) : [...chosen, member.id])
                  }
                />
                <span className={styles.tick} aria-hidden="true">
                  <Check size={14} strokeWidth={3} />
                </span>
                <Avatar id={member.id} name={member.name} size="small" />
                <bdi className="cut">{member.name}</bdi>
              </label>
              {isChosen && how === 'byAmounts' ? (
                <input
                  className={cx(styles.part, 'n')}
                  dir="ltr"
                  inputMode="decimal"
                  autoComplete="off"
                  maxLength={20}
                  aria-label={t('partOf', { name: member.name })}
                  value={written[member.id] ?? ''}
                  onChange={(event) => setWritten({ ...written, [member.id]: event.target.value })}
                />
              ) : (
                part !== undefined &&
                part > 0 && (
                  <bdi dir="ltr" className="n">
                    {digits(money(part))}
                  </bdi>
                )
              )}
            </div>
          );
        })}
      </fieldset>
      <p className="t-small soft" aria-live="polite">
        {parts &&
          (parts.wrong === 'tooMuch'
            ? t('partsTooMuch')
            : parts.wrong === 'missing'
              ? t('partsMissing')
              : t('ownPart', { amount: withCode(money(parts.own)) }))}
      </p>
      {ask.isError && (
        <p role="alert" className={styles.danger}>
          <CircleAlert size={20} aria-hidden="true" />
          {moneyProblem(ask.error, t)}
        </p>
      )}
      <Button type="submit" variant="solid" size="big" wide busy={ask.isPending} disabled={!isReady}>
        {isReady && whole !== null ? (
          <bdi>{t('ask', { amount: withCode(money(whole - parts.own)) })}</bdi>
        ) : (
          t('title.split')
        )}
      </Button>
    </form>
  );
}
