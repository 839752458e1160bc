import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Bot, botFields, changeBot, connectWebhook, disconnectWebhook } from '../../api/console.ts';
import { isProblem } from '../../api/problem.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { Question } from '../../ui/Question.tsx';
import { StateTag } from '../../ui/StateTag.tsx';
import styles from './console.module.css';

/** Where the bot is called, for what, and whether its calls need a proof. */
export function Connection({ bot }: { bot: Bot }) {
  return (
    <div className={styles.column}>
      <Webhook bot={bot} />
      <Events bot={bot} />
      <Proof bot={bot} />
    </div>
  );
}

function Webhook({ bot }: { bot: Bot }) {
  const { t } = useTranslation('console');
  const client = useQueryClient();
  const [url, setUrl] = useState('');
  const [verifyToken, setVerifyToken] = useState('');
  const [isAsking, setIsAsking] = useState(false);
  const changed = (next: Bot) => client.setQueryData(queryKeys.bot(bot.id), next);
  const connecting = useMutation({
    mutationFn: () => connectWebhook(bot.id, url.trim(), verifyToken),
    onSuccess: changed,
  });
  const disconnecting = useMutation({ mutationFn: () => disconnectWebhook(bot.id), onSuccess: changed });
  const refused = isProblem(connecting.error, 'webhook_verification_failed', 'invalid_request')
    ? connecting.error
    : null;
  return (
    <section className={styles.card}>
      <div className={styles.line}>
        <h2 className="t-title">{t('webhook')}</h2>
        {bot.webhook ? (
          <StateTag tone="ok">{t('connected')}</StateTag>
        ) : (
          <StateTag tone="idle">{t('asks')}</StateTag>
        )}
      </div>
      {bot.webhook ? (
        <div className={styles.line}>
          <bdi dir="ltr" className={styles.mono}>
            {bot.webhook}
          </bdi>
          <Button size="small" onClick={() => setIsAsking(true)} busy={disconnecting.isPending}>
            {t('disconnect')}
          </Button>
        </div>
      ) : (
        <p className="soft">{t('asksHow')}</p>
      )}
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!connecting.isPending) connecting.mutate();
        }}
      >
        <Field
          label={bot.webhook ? t('otherUrl') : t('url')}
          value={url}
          dir="ltr"
          type="url"
          required
          placeholder="https://"
          autoComplete="off"
          onChange={(event) => setUrl(event.target.value)}
        />
        <Field
          label={t('verifyToken')}
          hint={t('verifyTokenHint')}
          value={verifyToken}
          dir="ltr"
          required
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setVerifyToken(event.target.value)}
        />
        {refused ? (
          <div role="alert" className={styles.said}>
            <p>{t('refused')}</p>
            <p dir="auto">{refused.detail}</p>
            {refused.fix && <p dir="auto">{refused.fix}</p>}
          </div>
        ) : (
          connecting.isError && <ErrorState>{t('notSaved')}</ErrorState>
        )}
        <div className={styles.actions}>
          <Button variant="solid" type="submit" busy={connecting.isPending}>
            {connecting.isPending ? t('connecting') : t('connect')}
          </Button>
          {connecting.isSuccess && <StateTag tone="ok">{t('verified')}</StateTag>}
        </div>
      </form>
      {isAsking && (
        <Question
          title={t('disconnectAsk')}
          verb={t('disconnect')}
          safe={t('keep')}
          onAnswer={(yes) => {
            setIsAsking(false);
            if (yes) disconnecting.mutate();
          }}
        >
          {t('disconnectThen')}
        </Question>
      )}
    </section>
  );
}

function Events({ bot }: { bot: Bot }) {
  const { t } = useTranslation('console');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (fields: string[]) => changeBot(bot.id, { fields }),
    onSuccess: (next) => client.setQueryData(queryKeys.bot(bot.id), next),
  });
  const fields = change.isPending ? change.variables : bot.fields;
  return (
    <section className={styles.card}>
      <h2 className="t-title">{t('events')}</h2>
      <p className="soft">{t('eventsHint')}</p>
      <fieldset className={styles.checks}>
        <legend className="spoken">{t('events')}</legend>
        {botFields.map((field) => (
          <label key={field} className={styles.check}>
            <input
              type="checkbox"
              checked={fields.includes(field)}
              disabled={change.isPending}
              onChange={(event) =>
                change.mutate(
                  event.target.checked ? [...fields, field] : fields.filter((each) => each !== field),
                )
              }
            />
            <code dir="ltr" className={styles.mono}>
              {field}
            </code>
          </label>
        ))}
      </fieldset>
      {change.isError && <ErrorState>{t('notSaved')}</ErrorState>}
    </section>
  );
}

function Proof({ bot }: { bot: Bot }) {
  const { t } = useTranslation('console');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (requireProof: boolean) => changeBot(bot.id, { requireProof }),
    onSuccess: (next) => client.setQueryData(queryKeys.bot(bot.id), next),
  });
  return (
    <section className={styles.card}>
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={change.isPending ? change.variables : bot.requireProof}
          disabled={change.isPending}
          onChange={(event) => change.mutate(event.target.checked)}
        />
        <span>{t('proof')}</span>
      </label>
      <p className="t-meta quiet">{t('proofHint')}</p>
      {change.isError && <ErrorState>{t('notSaved')}</ErrorState>}
    </section>
  );
}
