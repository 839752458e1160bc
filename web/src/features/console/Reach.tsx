import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Bot, changeBot } from '../../api/console.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import styles from './console.module.css';
import { Secret } from './Secret.tsx';

/** Who can write to this bot, and why. */
export function Reach({ bot }: { bot: Bot }) {
  const { t } = useTranslation('console');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (listed: boolean) => changeBot(bot.id, { listed }),
    onSuccess: (next) => client.setQueryData(queryKeys.bot(bot.id), next),
  });
  const listed = change.isPending ? change.variables : bot.listed;
  const link = new URL(`/m/${bot.username}`, location.href).href;
  return (
    <div className={styles.column}>
      <section className={styles.card}>
        <h2 className="t-title">{t('tryLink')}</h2>
        <p className="soft">{t('tryLinkHint')}</p>
        <Secret label={t('link')} value={link} />
      </section>
      <section className={styles.card}>
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={listed}
            disabled={change.isPending}
            onChange={(event) => change.mutate(event.target.checked)}
          />
          <span>{t('listed')}</span>
        </label>
        <p className="soft">{listed ? t('listedMeans') : t('unlistedMeans')}</p>
        {change.isError && <ErrorState>{t('notSaved')}</ErrorState>}
      </section>
    </div>
  );
}
