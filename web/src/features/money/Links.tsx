import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cancelTransfer, getLinks } from '../../api/between.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Button } from '../../ui/Button.tsx';
import { useToast } from '../../ui/Toasts.tsx';
import { LinkSheet } from './LinkSheet.tsx';
import { moneyProblem } from './moneyProblem.ts';
import styles from './Safety.module.css';
import { putMoney } from './useMoneyItem.ts';

/** Money for people who are not here yet: what waits, and the way to send more. */
export function Links() {
  const { t } = useTranslation('money');
  const { withCode } = useFormat();
  const client = useQueryClient();
  const toast = useToast();
  const [isOpen, setIsOpen] = useState(false);
  const links = useQuery({ queryKey: queryKeys.links, queryFn: ({ signal }) => getLinks(signal) });
  const cancel = useMutation({
    mutationFn: cancelTransfer,
    onSuccess: (item) => {
      putMoney(client, item);
      toast({ text: t('takenBack') });
    },
    onError: (error) => toast({ text: moneyProblem(error, t) }),
    onSettled: () => void client.invalidateQueries({ queryKey: queryKeys.links }),
  });
  const waiting = links.data?.items ?? [];
  return (
    <section className={styles.section} aria-label={t('link.title')}>
      {waiting.length > 0 && (
        <>
          <h2 className="t-title">{t('link.waiting')}</h2>
          <ul>
            {waiting.map((item) => (
              <li key={item.id} className={styles.link}>
                <span>
                  <bdi dir="ltr" className="n">
                    {withCode(item.amount)}
                  </bdi>{' '}
                  <bdi className="soft">{item.note}</bdi>
                </span>
                <Button
                  variant="plain"
                  size="small"
                  disabled={cancel.isPending}
                  onClick={() => cancel.mutate(item.id)}
                >
                  {t('takeMoneyBack')}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
      <div>
        <Button variant="tinted" size="small" onClick={() => setIsOpen(true)}>
          {t('link.open')}
        </Button>
      </div>
      {isOpen && <LinkSheet onClose={() => setIsOpen(false)} />}
    </section>
  );
}
