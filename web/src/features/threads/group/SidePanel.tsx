import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Thread } from '../../../api/types.ts';
import { useMediaQuery } from '../../../lib/useMediaQuery.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import { ThreadFace } from '../ThreadFace.tsx';
import { GroupMembers } from './GroupMembers.tsx';
import { GroupSettings } from './GroupSettings.tsx';
import { Shared } from './Shared.tsx';
import styles from './SidePanel.module.css';

export interface SidePanelProps {
  thread: Thread;
  pins: readonly number[];
  onJump: (seq: number) => void;
  onClose: () => void;
}

/** What belongs to a conversation beside its talk: who is in it, what is set, pins, pictures, files and links. */
export default function SidePanel(props: SidePanelProps) {
  const { t } = useTranslation('threads');
  const hasRoom = useMediaQuery('(width >= 720px)');
  const { thread, onClose } = props;
  if (!hasRoom)
    return (
      <Sheet title={t('panel.title')} onClose={onClose} className={styles.sheet ?? ''}>
        <Content {...props} />
      </Sheet>
    );
  return (
    <aside
      className={styles.panel}
      aria-label={t('panel.title')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className={styles.head}>
        <h2 className="t-title cut">{thread.kind === 'group' ? t('group.about') : t('panel.title')}</h2>
        <IconButton label={t('ui:close')} icon={<X size={20} />} onClick={onClose} />
      </header>
      <div className={styles.body}>
        <Content {...props} />
      </div>
    </aside>
  );
}

function Content({ thread, pins, onJump }: SidePanelProps) {
  const { t } = useTranslation('threads');
  return (
    <>
      <div className={styles.who}>
        <ThreadFace thread={thread} size="large" />
        <bdi className="t-title">{thread.title}</bdi>
        {thread.kind === 'group' && (
          <span className="t-meta quiet">
            {t('membersCount', { count: thread.memberCount ?? thread.members.length })}
          </span>
        )}
        {thread.about && (
          <p className="soft" dir="auto">
            {thread.about}
          </p>
        )}
      </div>
      {thread.kind !== 'business' && <GroupSettings thread={thread} />}
      {thread.kind === 'group' && <GroupMembers thread={thread} />}
      <Shared thread={thread} pins={pins} onJump={onJump} />
    </>
  );
}
