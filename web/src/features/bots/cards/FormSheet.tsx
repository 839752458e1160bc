import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Star } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerForm, type FormAnswer } from '../../../api/forms.ts';
import { newClientId, type ThreadId } from '../../../api/ids.ts';
import { isProblem } from '../../../api/problem.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import { cx } from '../../../lib/cx.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import type { FormCard, Scale } from '../../../ui/cards/readForm.ts';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import styles from './FormSheet.module.css';

const fields = [
  { key: 'name', autoComplete: 'name' },
  { key: 'email', autoComplete: 'email' },
  { key: 'phone', autoComplete: 'tel' },
  { key: 'address_line_1', autoComplete: 'address-line1' },
  { key: 'address_line_2', autoComplete: 'address-line2' },
  { key: 'zipcode', autoComplete: 'postal-code' },
  { key: 'locality', autoComplete: 'address-level2' },
  { key: 'country', autoComplete: 'country-name' },
] as const;

const followUpMax = 400;

/** The form itself. Nothing goes out before "Send", and what was typed stays when that fails. */
export function FormSheet({
  card,
  title,
  thread,
  seq,
  onClose,
}: {
  card: FormCard;
  title: string;
  thread: ThreadId;
  seq: number;
  onClose: () => void;
}) {
  const { t } = useTranslation('bots');
  const client = useQueryClient();
  const [clientId] = useState(newClientId);
  const [score, setScore] = useState<number | null>(null);
  const [followUp, setFollowUp] = useState('');
  const [values, setValues] = useState<Record<string, string>>({});
  const { question } = card;
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
  const answer: FormAnswer | null = question
    ? score === null
      ? null
      : { score, ...(followUp.trim() ? { followUp: followUp.trim() } : {}) }
    : Object.keys(given).length > 0
      ? { values: given }
      : null;
  const sending = useMutation({
    mutationFn: (what: FormAnswer) => answerForm(thread, seq, clientId, what),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.form(thread, seq) }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (answer && !sending.isPending) sending.mutate(answer);
  };
  return (
    <Sheet title={title} onClose={onClose} dismissable={!sending.isPending}>
      <form className={styles.form} onSubmit={submit}>
        {question ? (
          <>
            <Scores scale={question} value={score} onChoose={setScore} />
            {question.followUp && (
              <Field
                label={question.followUp.placeholder ?? t('form.more')}
                value={followUp}
                maxLength={followUpMax}
                onChange={(event) => setFollowUp(event.target.value)}
              />
            )}
          </>
        ) : (
          fields.map(({ key, autoComplete }) => (
            <Field
              key={key}
              label={t(`form.${key}`)}
              value={values[key] ?? ''}
              autoComplete={autoComplete}
              maxLength={200}
              {...(key === 'email' || key === 'phone' ? { dir: 'ltr' } : {})}
              onChange={(event) => setValues({ ...values, [key]: event.target.value })}
            />
          ))
        )}
        {card.privacy && (
          <a className="t-meta quiet" href={card.privacy} target="_blank" rel="noopener noreferrer">
            {t('form.privacy')}
          </a>
        )}
        {sending.isError && (
          <ErrorState>
            {isProblem(sending.error, 'form_answered')
              ? t('form.answeredBefore')
              : isProblem(sending.error, 'form_closed')
                ? t('form.closed')
                : t('form.failed')}
          </ErrorState>
        )}
        <Button variant="solid" wide type="submit" disabled={!answer} busy={sending.isPending}>
          {t('form.send')}
        </Button>
      </form>
    </Sheet>
  );
}

const faces = ['😞', '🙁', '😐', '🙂', '😀'];

function Scores({
  scale,
  value,
  onChoose,
}: {
  scale: Scale;
  value: number | null;
  onChoose: (score: number) => void;
}) {
  const { t } = useTranslation('bots');
  const { count } = useFormat();
  const name = useId();
  const scores = Array.from({ length: scale.to - scale.from + 1 }, (_, i) => scale.from + i);
  return (
    <fieldset className={styles.scale}>
      <legend className={scale.title ? 'soft' : 'spoken'} dir="auto">
        {scale.title ?? t('form.rate')}
      </legend>
      <div className={cx(styles.scores, styles[scale.look])}>
        {scores.map((score) => (
          <label key={score} className={cx(value !== null && score <= value && styles.filled)}>
            <input
              type="radio"
              className="spoken"
              name={name}
              checked={score === value}
              aria-label={t('form.score', { score: count(score), most: count(scale.to) })}
              onChange={() => onChoose(score)}
            />
            {scale.look === 'stars' ? (
              <Star size={32} aria-hidden="true" />
            ) : (
              <span aria-hidden="true">{scale.look === 'faces' ? faces[score - 1] : count(score)}</span>
            )}
          </label>
        ))}
      </div>
      {scale.ends && (
        <div className={cx(styles.ends, 't-meta', 'quiet')}>
          <span>{t(`form.ends.${scale.ends}.low`)}</span>
          <span>{t(`form.ends.${scale.ends}.high`)}</span>
        </div>
      )}
    </fieldset>
  );
}
