import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cancelTransfer, type TransferItem } from '../../api/between.ts';
import { cx } from '../../lib/cx.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { CardFeet } from '../../ui/cards/CardFeet.tsx';
import { CardFoot } from '../../ui/cards/CardFoot.tsx';
import { Question } from '../../ui/Question.tsx';
import { useToast } from '../../ui/Toasts.tsx';
import styles from './MoneyCard.module.css';
import { moneyProblem } from './moneyProblem.ts';
import { putMoney } from './useMoneyItem.ts';

/** When money that was put off goes, and its sender's way to take it back. */
export function WaitingPart({ item, me, enabled }: { item: TransferItem; me: string; enabled: boolean }) {
  const { t } = useTranslation('money');
  const { locale } = useFormat();
  const client = useQueryClient();
  const toast = useToast();
  const [asks, setAsks] = useState(false);
  const cancel = useMutation({
    mutationFn: () => cancelTransfer(item.id),
    onSuccess: (now) => {
      putMoney(client, now);
      toast({ text: t('takenBack') });
    },
    onError: (error) => {
      toast({ text: moneyProblem(error, t) });
      void client.invalidateQueries({ queryKey: ['money', item.id] });
    },
  });
  const isMine = item.from.id === me;
  const when =
    item.sendAt &&
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(
      new Date(item.sendAt),
    );
  return (
    <>
      {when && (
        <p className={cx(styles.taken, 't-small soft')}>
          {isMine ? t('goesAt', { when }) : t('comesAt', { when })}
        </p>
      )}
      {isMine && enabled && (
        <CardFeet>
          <CardFoot disabled={cancel.isPending} onPress={() => setAsks(true)}>
            {t('takeMoneyBack')}
          </CardFoot>
        </CardFeet>
      )}
      {asks && (
        <Question
          title={t('takeMoneyBackAsk')}
          verb={t('takeMoneyBack')}
          variant="solid"
          safe={t('letItGo')}
          onAnswer={(yes) => {
            setAsks(false);
            if (yes) cancel.mutate();
          }}
        >
          {t('itReturns')}
        </Question>
      )}
    </>
  );
}
