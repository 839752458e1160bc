import type { MemberId } from '../../api/ids.ts';
import { mediaUrl } from '../../api/media.ts';
import type { Thread } from '../../api/types.ts';
import { useKeyed } from '../../lib/KeyedStore.ts';
import { Avatar, type AvatarSize } from '../../ui/Avatar.tsx';
import { Tile } from '../../ui/Tile.tsx';
import { useConversations } from './sync/context.ts';

/** People are round, businesses are tiles; a group is round, by its own id. */
export function ThreadFace({ thread, size = 'row' }: { thread: Thread; size?: AvatarSize }) {
  const { me, conversations } = useConversations();
  const other = thread.kind === 'direct' ? thread.members.find((member) => member.id !== me) : undefined;
  const online = useKeyed(conversations.online, other?.id ?? ('' as MemberId));
  if (thread.page)
    return <Tile id={thread.page.id} name={thread.page.name} color={thread.page.color} size={size} />;
  if (thread.picture)
    return <Avatar id={thread.id} name={thread.title} size={size} picture={mediaUrl(thread.picture)} />;
  return <Avatar id={other?.id ?? thread.id} name={thread.title} size={size} online={online} />;
}
