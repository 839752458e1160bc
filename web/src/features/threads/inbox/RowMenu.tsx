import {
  Archive,
  ArchiveRestore,
  BellOff,
  BellRing,
  Folder,
  MailOpen,
  MailPlus,
  Pin,
  PinOff,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instant } from '../../../api/ids.ts';
import type { Thread } from '../../../api/types.ts';
import { Button } from '../../../ui/Button.tsx';
import { Field } from '../../../ui/Field.tsx';
import { MenuAction, MenuAt, MenuRule } from '../../../ui/Menu.tsx';
import { Sheet } from '../../../ui/Sheet.tsx';
import { useToast } from '../../../ui/Toasts.tsx';
import { isMuted } from '../model/own.ts';
import { useConversations } from '../sync/context.ts';
import { useOwnSettings } from '../sync/useOwn.ts';
import styles from './RowMenu.module.css';

const hour = 3_600_000;

/** What can be done with a conversation in the list. */
export function RowMenu({
  thread,
  at,
  onClose,
  onFocus,
}: {
  thread: Thread;
  at: { x: number; y: number };
  onClose: () => void;
  onFocus: () => void;
}) {
  const { t } = useTranslation('threads');
  const { conversations } = useConversations();
  const set = useOwnSettings();
  const toast = useToast();
  const [asksFolder, setAsksFolder] = useState(false);
  const muted = isMuted(thread, Date.now());
  const until = (ms: number) => new Date(Date.now() + ms).toISOString() as Instant;
  const isUnread = thread.unread > 0 || thread.markedUnread;
  if (asksFolder) return <FolderSheet thread={thread} onClose={onClose} />;
  return (
    <MenuAt at={at} label={t('row.actions', { name: thread.title })} onClose={onClose} onClosed={onFocus}>
      <MenuAction
        icon={thread.pinned ? <PinOff size={18} /> : <Pin size={18} />}
        onSelect={() => set(thread, { pinned: !thread.pinned })}
      >
        {thread.pinned ? t('row.unpin') : t('row.pin')}
      </MenuAction>
      <MenuAction
        icon={isUnread ? <MailOpen size={18} /> : <MailPlus size={18} />}
        onSelect={() => {
          if (!isUnread) set(thread, { markedUnread: true });
          else {
            if (thread.markedUnread) set(thread, { markedUnread: false });
            conversations.markRead(thread.id, thread.lastSeq);
          }
        }}
      >
        {isUnread ? t('row.read') : t('row.unread')}
      </MenuAction>
      <MenuAction
        icon={thread.archived ? <ArchiveRestore size={18} /> : <Archive size={18} />}
        onSelect={() => {
          const archived = !thread.archived;
          set(thread, { archived });
          toast({
            text: t(archived ? 'row.archived' : 'row.restored', { name: thread.title }),
            action: { label: t('undo'), run: () => set(thread, { archived: !archived }) },
          });
        }}
      >
        {thread.archived ? t('row.restore') : t('row.archive')}
      </MenuAction>
      <MenuAction icon={<Folder size={18} />} onSelect={() => setTimeout(() => setAsksFolder(true))}>
        {t('row.folder')}
      </MenuAction>
      <MenuRule />
      {muted ? (
        <MenuAction icon={<BellRing size={18} />} onSelect={() => set(thread, { mutedUntil: null })}>
          {t('row.unmute')}
        </MenuAction>
      ) : (
        <>
          <MenuAction icon={<BellOff size={18} />} onSelect={() => set(thread, { mutedUntil: until(hour) })}>
            {t('row.muteHour')}
          </MenuAction>
          <MenuAction
            icon={<BellOff size={18} />}
            onSelect={() => set(thread, { mutedUntil: until(8 * hour) })}
          >
            {t('row.muteDay')}
          </MenuAction>
          <MenuAction icon={<BellOff size={18} />} onSelect={() => set(thread, { mutedUntil: 'always' })}>
            {t('row.muteAlways')}
          </MenuAction>
        </>
      )}
    </MenuAt>
  );
}

/** A folder of one's own is there as long as something is in it. */
function FolderSheet({ thread, onClose }: { thread: Thread; onClose: () => void }) {
  const { t } = useTranslation('threads');
  const set = useOwnSettings();
  const [name, setName] = useState(thread.folder ?? '');
  return (
    <Sheet title={t('row.folder')} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          set(thread, { folder: name.trim() === '' ? null : name.trim() });
          onClose();
        }}
      >
        <Field
          label={t('row.folderName')}
          hint={t('row.folderHint')}
          value={name}
          maxLength={50}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" variant="solid" wide>
          {t('saveEdit')}
        </Button>
      </form>
    </Sheet>
  );
}
