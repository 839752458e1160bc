import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Banknote, Check, Clock, Gift, HandCoins, Split, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerRequest, type MoneyItem, type RequestItem } from '../../api/between.ts';
import type { MoneyCardProps } from '../../api/slots.ts';
import type { MoneyNews } from '../../api/types.ts';
import { cx } from '../../lib/cx.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { Card } from '../../ui/cards/Card.tsx';
import { CardFeet } from '../../ui/cards/CardFeet.tsx';
import { CardFoot } from '../../ui/cards/CardFoot.tsx';
import { CardHead } from '../../ui/cards/CardHead.tsx';
import { CardLead } from '../../ui/cards/CardLead.tsx';
import { Question } from '../../ui/Question.tsx';
import { StateTag, type StateTone } from '../../ui/StateTag.tsx';
import { useToast } from '../../ui/Toasts.tsx';
import { GiftPart } from './GiftPart.tsx';
import styles from './MoneyCard.module.css';
import { moneyProblem } from './moneyProblem.ts';
import { putMoney, useMoneyItem } from './useMoneyItem.ts';
import { WaitingPart } from './WaitingPart.tsx';

/** Money between people: who, how much, what for, and how it stands today, however old the message is. */
export function MoneyCard({ thread, event, me, enabled, onPay }: MoneyCardProps) {
  const { t } = useTranslation('money');
  const { withCode, spoken, clock } = useFormat();
  const told = event.money as MoneyNews;
  const item = useMoneyItem(told.id);
  const nameOf = (id: string | undefined) => thread.members.find((member) => member.id === id)?.name ?? '';
  const from = item?.from.name ?? nameOf(event.sender);
  const to = (item?.type === 'transfer' ? item.to?.name : undefined) ?? nameOf(told.with);
  const amount = item?.amount ?? told.amount;
  const note = item ? item.note : told.note;
  const isSplit = item?.type === 'request' && item.split;
  const isMine = event.sender === me;
  const isToMe = item?.type === 'transfer' && item.to?.id === me;
  const state = !item
    ? ''
    : isToMe && item.state === 'sent'
      ? t('got')
      : t(`state.${item.type}.${item.state}`);
  const kind =
    told.type === 'transfer'
      ? isMine
        ? t('youSend', { to })
        : isToMe
          ? t('sendsMe', { from })
          : t('sends', { from, to })
      : told.type === 'gift'
        ? isMine
          ? t('youGive')
          : t('gives', { from })
        : isSplit
          ? isMine
            ? t('youSplit')
            : t('splits', { from })
          : isMine
            ? t('youAsk')
            : t('asks', { from });

  return (
    <Card spoken={[kind, spoken(amount), note, state].filter(Boolean).join(', ')} className={styles.card}>
      <CardHead icon={iconOf(told.type, isSplit)} tag={item && <Tag item={item}>{state}</Tag>}>
        {kind}
      </CardHead>
      <CardLead>
        <bdi dir="ltr" className={cx(styles.amount, 't-figure')}>
          {withCode(amount)}
        </bdi>
        {note && (
          <p className={cx(styles.note, 't-small soft')}>
            <bdi>{note}</bdi>
          </p>
        )}
        <time dateTime={event.at} className="t-meta quiet n">
          {clock(event.at)}
        </time>
      </CardLead>
      {isSplit && <Shares item={item} />}
      {item?.type === 'gift' && <GiftPart item={item} me={me} enabled={enabled} />}
      {item?.type === 'transfer' && item.state === 'waiting' && (
        <WaitingPart item={item} me={me} enabled={enabled} />
      )}
      {item?.type === 'request' && enabled && <Feet item={item} me={me} onPay={onPay} />}
    </Card>
  );
}

const iconOf = (type: MoneyItem['type'], isSplit: boolean): ReactNode => {
  const Icon = type === 'transfer' ? Banknote : type === 'gift' ? Gift : isSplit ? Split : HandCoins;
  return <Icon size={16} aria-hidden="true" />;
};

const tones: Record<string, StateTone> = {
  sent: 'ok',
  paid: 'ok',
  finished: 'ok',
  open: 'money',
  partly_paid: 'money',
  waiting: 'warn',
  unclaimed: 'warn',
  failed: 'danger',
};

function Tag({ item, children }: { item: MoneyItem; children: ReactNode }) {
  const tone = tones[item.state] ?? 'idle';
  const Icon = tone === 'ok' ? Check : tone === 'idle' || tone === 'danger' ? X : Clock;
  return (
    <StateTag tone={tone} icon={<Icon size={14} aria-hidden="true" />}>
      {children}
    </StateTag>
  );
}

function Shares({ item }: { item: RequestItem }) {
  const { t } = useTranslation('money');
  const { digits } = useFormat();
  return (
    <ul className={cx(styles.shares, 't-small')}>
      {item.shares.map((share) => (
        <li key={share.person.id}>
          <bdi className="cut">{share.person.name}</bdi>
          <span className={cx('t-meta', share.state === 'paid' ? styles.paid : 'quiet')}>
            {t(`share.${share.state}`)}
          </span>
          <bdi dir="ltr" className="n">
            {digits(share.amount)}
          </bdi>
        </li>
      ))}
    </ul>
  );
}

function Feet({ item, me, onPay }: { item: RequestItem; me: string; onPay: (item: RequestItem) => void }) {
  const { t } = useTranslation('money');
  const { withCode, spoken } = useFormat();
  const client = useQueryClient();
  const toast = useToast();
  const [asks, setAsks] = useState<'decline' | 'cancel' | null>(null);
  const answer = useMutation({
    mutationFn: (verb: 'decline' | 'cancel' | 'remind') => answerRequest(item.id, verb),
    onSuccess: (now, verb) => {
      putMoney(client, now);
      if (verb === 'remind') toast({ text: t('reminded') });
    },
    onError: (error) => toast({ text: moneyProblem(error, t) }),
  });
  const mine = item.shares.find((share) => share.person.id === me && share.state === 'open');
  const isAsker = item.from.id === me && item.shares.some((share) => share.state === 'open');
  const remindable =
    isAsker && item.remindableAt !== undefined && Date.parse(item.remindableAt) <= Date.now();
  return (
    <>
      <CardFeet>
        {mine && (
          <CardFoot spoken={t('pay', { amount: spoken(mine.amount) })} onPress={() => onPay(item)}>
            {t('pay', { amount: withCode(mine.amount) })}
          </CardFoot>
        )}
        {mine && (
          <CardFoot disabled={answer.isPending} onPress={() => setAsks('decline')}>
            {t('decline')}
          </CardFoot>
        )}
        {remindable && (
          <CardFoot disabled={answer.isPending} onPress={() => answer.mutate('remind')}>
            {t('remind')}
          </CardFoot>
        )}
        {isAsker && (
          <CardFoot disabled={answer.isPending} onPress={() => setAsks('cancel')}>
            {t('takeBack')}
          </CardFoot>
        )}
      </CardFeet>
      {asks && (
        <Question
          title={asks === 'decline' ? t('declineAsk') : t('takeBackAsk')}
          verb={asks === 'decline' ? t('decline') : t('takeBack')}
          safe={t('keep')}
          onAnswer={(yes) => {
            setAsks(null);
            if (yes) answer.mutate(asks);
          }}
        >
          {t('nothingMoves')}
        </Question>
      )}
    </>
  );
}
