import { BadgeCheck, Ban, ChevronLeft, Ellipsis, PanelRight, Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { MemberId } from '../../../api/ids.ts';
import type { Thread } from '../../../api/types.ts';
import { useKeyed } from '../../../lib/KeyedStore.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { Menu, MenuAction } from '../../../ui/Menu.tsx';
import { Tag } from '../../../ui/Tag.tsx';
import { useConversations } from '../sync/context.ts';
import { useBlock } from '../sync/useBlock.ts';
import { ThreadFace } from '../ThreadFace.tsx';
import styles from './ThreadHeader.module.css';

export function ThreadHeader({
  thread,
  onBack,
  onPanel,
  isPanelOpen,
  onSearch,
}: {
  thread: Thread;
  onBack: (() => void) | null;
  onPanel: () => void;
  isPanelOpen: boolean;
  onSearch: () => void;
}) {
  const { t } = useTranslation('threads');
  return (
    <header className={styles.header}>
      {onBack && (
        <IconButton
          label={t('back')}
          icon={<ChevronLeft size={24} className="mirror" />}
          className={styles.back ?? ''}
          onClick={onBack}
        />
      )}
      <ThreadFace thread={thread} size="medium" />
      <div className={styles.who}>
        <div className={styles.name}>
          <h2 className="t-title cut">
            <bdi>{thread.title}</bdi>
          </h2>
          {thread.page?.verified && (
            <BadgeCheck size={18} className={styles.verified} aria-label={t('verified')} />
          )}
          {thread.page && <Tag>{t('bot')}</Tag>}
        </div>
        <Subline thread={thread} />
      </div>
      <IconButton label={t('search.here')} icon={<Search size={20} />} onClick={onSearch} />
      <IconButton
        label={t('panel.open')}
        aria-expanded={isPanelOpen}
        icon={<PanelRight size={20} className="mirror" />}
        onClick={onPanel}
      />
      {thread.kind !== 'group' && <More thread={thread} />}
    </header>
  );
}

/** Stopping is one tap from here, and one tap takes it back. */
function More({ thread }: { thread: Thread }) {
  const { t } = useTranslation('threads');
  const block = useBlock(thread);
  const isBusiness = thread.kind === 'business';
  const label = thread.blocked
    ? t(isBusiness ? 'startAgain' : 'unblock')
    : t(isBusiness ? 'stop' : 'block', { name: thread.title });
  return (
    <Menu trigger={<IconButton label={t('more')} icon={<Ellipsis size={20} />} />}>
      <MenuAction icon={<Ban size={16} />} onSelect={() => block.mutate(!thread.blocked)}>
        {label}
      </MenuAction>
    </Menu>
  );
}

/** A business's kind, a person's presence or handle, a group's people. */
function Subline({ thread }: { thread: Thread }) {
  const { t } = useTranslation('threads');
  const { me, conversations } = useConversations();
  const other = thread.kind === 'direct' ? thread.members.find((member) => member.id !== me) : undefined;
  const online = useKeyed(conversations.online, other?.id ?? ('' as MemberId));
  const text = (() => {
    if (thread.page) return <bdi>{thread.page.category}</bdi>;
    if (other) return online ? t('online') : <bdi dir="ltr">@{other.handle}</bdi>;
    return t('membersCount', { count: thread.memberCount ?? thread.members.length });
  })();
  return <p className="t-meta quiet cut">{text}</p>;
}
