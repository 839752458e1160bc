import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Bot, type BotToken, makeToken, revokeToken } from '../../api/console.ts';
import { isProblem } from '../../api/problem.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { Question } from '../../ui/Question.tsx';
import styles from './console.module.css';
import { Secret } from './Secret.tsx';

/** Page access tokens: made, shown once, taken back. */
export function Tokens({ bot }: { bot: Bot }) {
  const { t } = useTranslation('console');
  const { day } = useFormat();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [leaving, setLeaving] = useState<BotToken | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: queryKeys.bot(bot.id) });
  const making = useMutation({
    mutationFn: () => makeToken(bot.id, name.trim()),
    onSuccess: () => {
      setName('');
      return refresh();
    },
  });
  const revoking = useMutation({
    mutationFn: (token: BotToken) => revokeToken(bot.id, token.id),
    onSettled: refresh,
  });
  const nameOf = (token: BotToken) => token.name || t('firstToken');
  return (
    <div className={styles.column}>
      <section className={styles.card}>
        <h2 className="t-title">{t('tokens')}</h2>
        <p className="soft">{t('tokensHint')}</p>
        {revoking.isError && <ErrorState>{t('notSaved')}</ErrorState>}
        {bot.tokens?.length === 0 ? (
          <p>{t('noTokens')}</p>
        ) : (
          <ul className={styles.rows}>
            {(bot.tokens ?? []).map((token) => (
              <li key={token.id} className={styles.bot}>
                <span className={styles.name}>
                  <bdi>{nameOf(token)}</bdi>
                </span>
                <span className="t-meta quiet">
                  {token.lastUsedAt ? t('usedOn', { day: day(token.lastUsedAt) }) : t('neverUsed')}
                </span>
                <Button size="small" onClick={() => setLeaving(token)}>
                  {t('revoke')}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className={styles.card}>
        <h2 className="t-title">{t('newToken')}</h2>
        {making.data ? (
          <div className={styles.form}>
            <p className="soft">{t('shownOnce')}</p>
            <Secret label={t('token')} value={making.data.accessToken} />
            <div className={styles.actions}>
              <Button onClick={() => making.reset()}>{t('kept')}</Button>
            </div>
          </div>
        ) : (
          <form
            className={styles.form}
            onSubmit={(event) => {
              event.preventDefault();
              if (!making.isPending) making.mutate();
            }}
          >
            <Field
              label={t('tokenName')}
              hint={t('tokenNameHint')}
              value={name}
              maxLength={80}
              onChange={(event) => setName(event.target.value)}
            />
            {making.isError && (
              <ErrorState>
                {isProblem(making.error, 'too_many_tokens') ? t('tooManyTokens') : t('notSaved')}
              </ErrorState>
            )}
            <div className={styles.actions}>
              <Button variant="solid" type="submit" busy={making.isPending}>
                {t('makeToken')}
              </Button>
            </div>
          </form>
        )}
      </section>
      {leaving && (
        <Question
          title={t('revokeAsk', { name: nameOf(leaving) })}
          verb={t('revoke')}
          safe={t('keep')}
          onAnswer={(yes) => {
            setLeaving(null);
            if (yes) revoking.mutate(leaving);
          }}
        >
          {t('revokeThen')}
        </Question>
      )}
    </div>
  );
}
