import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MoneySheetProps } from '../../api/slots.ts';
import { Sheet } from '../../ui/Sheet.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { AskForm } from './AskForm.tsx';
import { GiftForm } from './GiftForm.tsx';
import styles from './MoneySheet.module.css';
import { SendForm } from './SendForm.tsx';
import { SplitForm } from './SplitForm.tsx';

/** What one does with money in a conversation: send to the other one, ask them; in a group split a bill. Mounted while open. */
export default function MoneySheet({ thread, me, paying, onClose }: MoneySheetProps) {
  const { t } = useTranslation('money');
  const [what, setWhat] = useState<'send' | 'ask'>('send');
  const [inGroup, setInGroup] = useState<'split' | 'gift'>('split');
  const [isBusy, setIsBusy] = useState(false);
  const others = thread.members.filter((member) => member.id !== me && member.kind === 'person');
  const receiver = paying ? paying.from.id : others[0]?.id;
  const isGroup = thread.kind === 'group' && !paying;
  const title = paying
    ? t('title.pay')
    : isGroup
      ? inGroup === 'split'
        ? t('title.split')
        : t('title.gift')
      : what === 'send'
        ? t('title.send')
        : t('title.ask');
  const head = (
    <Tabs
      label={t('tabs')}
      value={what}
      choices={[
        { value: 'send', label: t('tab.send') },
        { value: 'ask', label: t('tab.ask') },
      ]}
      onChoose={setWhat}
    />
  );
  const groupHead = (
    <Tabs
      label={t('tabs')}
      value={inGroup}
      choices={[
        { value: 'split', label: t('tab.split') },
        { value: 'gift', label: t('tab.gift') },
      ]}
      onChoose={setInGroup}
    />
  );
  return (
    <Sheet title={title} onClose={onClose} dismissable={!isBusy}>
      <div className={styles.sheet}>
        {isGroup ? (
          inGroup === 'split' ? (
            <SplitForm thread={thread} others={others} head={groupHead} onDone={onClose} />
          ) : (
            <GiftForm
              thread={thread}
              others={(thread.memberCount ?? thread.members.length) - 1}
              head={groupHead}
              onDone={onClose}
            />
          )
        ) : (
          receiver &&
          (what === 'send' ? (
            <SendForm
              thread={thread}
              me={me}
              to={receiver}
              paying={paying}
              head={head}
              onBusy={setIsBusy}
              onDone={onClose}
            />
          ) : (
            <AskForm thread={thread} head={head} onDone={onClose} />
          ))
        )}
      </div>
    </Sheet>
  );
}
