import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getMethods, makeDefault, removeMethod } from '../../../api/money.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Method } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { Button } from '../../../ui/Button.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Question } from '../../../ui/Question.tsx';
import { Skeleton, useTakesLong } from '../../../ui/Skeleton.tsx';
import { StateTag } from '../../../ui/StateTag.tsx';
import { cardExpiry, cardName } from '../card/brands.ts';
import { CardBrand } from '../card/CardBrand.tsx';
import { AddCardSheet } from './AddCardSheet.tsx';
import styles from './SavedCards.module.css';

type SavedCard = Extract<Method, { kind: 'card' }>;

/** Cards kept for one-tap payments: which is used first, another one, and taking one away. */
export function SavedCards() {
  const { t } = useTranslation('payments');
  const queries = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<SavedCard | null>(null);
  const methods = useQuery({ queryKey: queryKeys.methods, queryFn: ({ signal }) => getMethods(signal) });
  const waits = useTakesLong(methods.isPending, 200);
  const refresh = () => queries.invalidateQueries({ queryKey: queryKeys.methods });
  const first = useMutation({ mutationFn: (card: SavedCard) => makeDefault(card.id), onSettled: refresh });
  const remove = useMutation({ mutationFn: (card: SavedCard) => removeMethod(card.id), onSettled: refresh });
  const cards = methods.data?.methods.filter((method): method is SavedCard => method.kind === 'card') ?? [];
  const nameOf = (card: SavedCard) => cardName(card.brand, card.last4);

  return (
    <section aria-labelledby="money-cards" className={styles.section}>
      <h2 id="money-cards" className="t-title">
        {t('cards')}
      </h2>
      {remove.isError && (
        <ErrorState onRetry={() => remove.mutate(remove.variables)}>
          {t('cardNotRemoved', { card: nameOf(remove.variables) })}
        </ErrorState>
      )}
      {first.isError && (
        <ErrorState onRetry={() => first.mutate(first.variables)}>
          {t('notMadeDefault', { card: nameOf(first.variables) })}
        </ErrorState>
      )}
      <ul className={styles.list}>
        {methods.isError ? (
          <li>
            <ErrorState onRetry={() => void methods.refetch()}>{t('methodsFailed')}</ErrorState>
          </li>
        ) : methods.isPending ? (
          waits && (
            <li className={styles.row}>
              <Skeleton width={42} height={28} />
              <Skeleton width="40%" height={16} />
            </li>
          )
        ) : cards.length === 0 ? (
          <li className={cx(styles.none, 'soft')}>{t('noCards')}</li>
        ) : (
          cards.map((card) => (
            <li key={card.id} className={styles.row}>
              <CardBrand brand={card.brand} />
              <span className={styles.words}>
                <bdi className={cx(styles.name, 'n')}>{nameOf(card)}</bdi>
                <span className="t-meta quiet">
                  {t('expires', { date: cardExpiry(card.expMonth, card.expYear) })}
                </span>
              </span>
              <span className={styles.acts}>
                {card.isDefault ? (
                  <StateTag tone="ok" icon={<Check size={14} aria-hidden="true" />}>
                    {t('default')}
                  </StateTag>
                ) : (
                  <Button
                    variant="plain"
                    size="tiny"
                    busy={first.isPending}
                    aria-label={`${t('makeDefault')}: ${nameOf(card)}`}
                    onClick={() => first.mutate(card)}
                  >
                    {t('makeDefault')}
                  </Button>
                )}
                <Button
                  variant="plain"
                  size="tiny"
                  busy={remove.isPending && remove.variables.id === card.id}
                  aria-label={`${t('remove')}: ${nameOf(card)}`}
                  onClick={() => setRemoving(card)}
                >
                  {t('remove')}
                </Button>
              </span>
            </li>
          ))
        )}
        <li>
          <button type="button" className={styles.add} onClick={() => setAdding(true)}>
            <Plus size={20} aria-hidden="true" />
            {t('addCard')}
          </button>
        </li>
      </ul>
      {adding && <AddCardSheet onClose={() => setAdding(false)} onAdded={refresh} />}
      {removing && (
        <Question
          title={t('removeQuestion', { card: nameOf(removing) })}
          verb={t('remove')}
          safe={t('keep')}
          onAnswer={(yes) => {
            if (yes) remove.mutate(removing);
            setRemoving(null);
          }}
        >
          {t('removeBody')}
        </Question>
      )}
    </section>
  );
}
