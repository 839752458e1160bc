import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { claimGift, type GiftItem } from '../../api/between.ts';
import { cx } from '../../lib/cx.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { CardFeet } from '../../ui/cards/CardFeet.tsx';
import { CardFoot } from '../../ui/cards/CardFoot.tsx';
import { useToast } from '../../ui/Toasts.tsx';
import styles from './MoneyCard.module.css';
import { moneyProblem } from './moneyProblem.ts';
import { putMoney } from './useMoneyItem.ts';

const shownMax = 6;

/** Who has taken how much of a gift, and the way to one's own portion. */
export function GiftPart({ item, me, enabled }: { item: GiftItem; me: string; enabled: boolean }) {
  const { t } = useTranslation('money');
  const { count, digits, withCode } = useFormat();
  const client = useQueryClient();
  const toast = useToast();
  const take = useMutation({
    mutationFn: () => claimGift(item.id),
    onSuccess: (now) => {
      putMoney(client, now);
      const mine = now.claims.find((claim) => claim.person.id === me);
      if (mine) toast({ text: t('youGot', { amount: withCode(mine.amount) }) });
    },
    onError: (error) => {
      toast({ text: moneyProblem(error, t) });
      void client.invalidateQueries({ queryKey: ['money', item.id] });
    },
  });
  const hasTaken = item.claims.some((claim) => claim.person.id === me);
  const isOpen = item.state === 'open' && item.claims.length < item.portions;
  return (
    <>
      <p className={cx(styles.taken, 't-small soft')}>
        {t('taken', { taken: count(item.claims.length), portions: count(item.portions) })}
      </p>
      {item.claims.length > 0 && (
        <ul className={cx(styles.shares, 't-small')}>
          {item.claims.slice(0, shownMax).map((claim) => (
            <li key={claim.person.id}>
              <bdi className="cut">{claim.person.name}</bdi>
              <bdi dir="ltr" className="n">
                {digits(claim.amount)}
              </bdi>
            </li>
          ))}
          {item.claims.length > shownMax && <li>…</li>}
        </ul>
      )}
      {enabled && isOpen && !hasTaken && item.from.id !== me && (
        <CardFeet>
          <CardFoot disabled={take.isPending} onPress={() => take.mutate()}>
            {t('take')}
          </CardFoot>
        </CardFeet>
      )}
    </>
  );
}
