import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { type MadeBot, makeBot } from '../../api/console.ts';
import { isProblem } from '../../api/problem.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { Sheet } from '../../ui/Sheet.tsx';
import styles from './console.module.css';
import { Secret } from './Secret.tsx';
import { usernameFrom } from './usernameFrom.ts';

/** Page and bot in one form; then secret and token, once. */
export function NewBotSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('console');
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [about, setAbout] = useState('');
  const [made, setMade] = useState<MadeBot | null>(null);
  const username = chosen ?? usernameFrom(name);
  const making = useMutation({
    mutationFn: () =>
      makeBot({ name: name.trim(), username, ...(about.trim() ? { about: about.trim() } : {}) }),
    onSuccess: (bot) => {
      setMade(bot);
      void client.invalidateQueries({ queryKey: queryKeys.bots });
    },
  });
  const isTaken = isProblem(making.error, 'username_taken');
  const wrong = isProblem(making.error, 'invalid_request') ? making.error.errors : {};
  const usernameError = isTaken ? t('usernameTaken') : wrong.username ? t('usernameRule') : undefined;

  if (made) {
    return (
      <Sheet title={t('made')} dismissable={false} onClose={onClose}>
        <div className={styles.form}>
          <p className="soft">{t('shownOnce')}</p>
          <Secret label={t('token')} value={made.accessToken} />
          <Secret label={t('appSecret')} value={made.appSecret} />
          <Secret label={t('appId')} value={made.appId} />
          <Button variant="solid" wide onClick={() => void navigate(`/bots/${made.appId}`)}>
            {t('kept')}
          </Button>
        </div>
      </Sheet>
    );
  }
  return (
    <Sheet title={t('newBot')} onClose={onClose} dismissable={!making.isPending}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!making.isPending) making.mutate();
        }}
      >
        <Field
          label={t('name')}
          value={name}
          maxLength={80}
          required
          error={wrong.name ? t('nameRule') : undefined}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={t('username')}
          hint={t('usernameHint')}
          value={username}
          dir="ltr"
          maxLength={32}
          required
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          error={usernameError}
          onChange={(event) => setChosen(event.target.value.toLowerCase())}
        />
        <Field
          label={t('about')}
          value={about}
          maxLength={500}
          onChange={(event) => setAbout(event.target.value)}
        />
        {isProblem(making.error, 'too_many_bots') ? (
          <ErrorState>{t('tooMany')}</ErrorState>
        ) : (
          making.isError &&
          !usernameError &&
          !wrong.name && <ErrorState onRetry={() => making.mutate()}>{t('makeFailed')}</ErrorState>
        )}
        <Button variant="solid" wide type="submit" busy={making.isPending}>
          {making.isPending ? t('making') : t('make')}
        </Button>
      </form>
    </Sheet>
  );
}
