import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MoneySheetProps } from '../../api/slots.ts';
import { Sheet } from '../../ui/Sheet.tsx';
import { AskForm } from './AskForm.tsx';
import styles from './MoneySheet.module.css';
import { SendForm } from './SendForm.tsx';
import { SplitForm } from './SplitForm.tsx';
import { Tabs } from './Tabs.tsx';

/** What one does with money in a conversation: send to the other one, ask them; in a group split a bill. Mounted while open. */
export default function MoneySheet({ thread, me, paying, onClose }: MoneySheetProps) {
  const { t } = useTranslation('money');
  const [what, setWhat] = useState<'send' | 'ask'>('send');
  const [isBusy, setIsBusy] = useState(false);
  const others = thread.members.filter((member) => member.id !== me && member.kind === 'person');
  const receiver = paying ? paying.from.id : others[0]?.id;
  const isGroup = thread.kind === 'group' && !paying;
  const title = paying
    ? t('title.pay')
    : isGroup
      ? t('title.split')
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
  return (
    <Sheet title={title} onClose={onClose} dismissable={!isBusy}>
      <div className={styles.sheet}>
        {isGroup ? (
          <SplitForm thread={thread} others={others} onDone={onClose} />
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
