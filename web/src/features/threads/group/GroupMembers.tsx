import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Link as LinkIcon, LogOut, UserPlus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type GroupMember, getMembers, removeMember, setRole } from '../../../api/groups.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Role, Thread } from '../../../api/types.ts';
import { Avatar } from '../../../ui/Avatar.tsx';
import { Button } from '../../../ui/Button.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { Menu, MenuAction, MenuRule } from '../../../ui/Menu.tsx';
import { Question } from '../../../ui/Question.tsx';
import { Skeleton, useTakesLong } from '../../../ui/Skeleton.tsx';
import { Tag } from '../../../ui/Tag.tsx';
import { useToast } from '../../../ui/Toasts.tsx';
import { useConversations } from '../sync/context.ts';
import styles from './group.module.css';
import { groupProblem } from './groupProblem.ts';

const AddPeople = lazy(() => import('./AddPeople.tsx'));
const Invites = lazy(() => import('./Invites.tsx'));

type Opened = { kind: 'add' | 'invites' | 'leave' } | { kind: 'remove'; member: GroupMember } | null;

/** Who is in the group, with roles; and what those who may can do about it. */
export function GroupMembers({ thread }: { thread: Thread }) {
  const { t } = useTranslation('threads');
  const { me } = useConversations();
  const client = useQueryClient();
  const toast = useToast();
  const [opened, setOpened] = useState<Opened>(null);
  const query = useInfiniteQuery({
    // The log of the group says when its members change.
    queryKey: [...queryKeys.members(thread.id), thread.memberCount ?? thread.members.length],
    queryFn: ({ pageParam, signal }) => getMembers(thread.id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const refresh = () => {
    void client.invalidateQueries({ queryKey: queryKeys.members(thread.id) });
    void client.invalidateQueries({ queryKey: queryKeys.thread(thread.id) });
  };
  const change = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onSettled: refresh,
    onError: (error) => toast({ text: groupProblem(error, t) }),
  });
  const showsSkeleton = useTakesLong(query.isPending, 200);
  const isAdmin = thread.role === 'owner' || thread.role === 'admin';
  const members = query.data?.pages.flatMap((page) => page.members) ?? [];
  const close = () => setOpened(null);

  return (
    <section className={styles.section} aria-label={t('group.members')}>
      <div className={styles.title}>
        <h3>{t('group.members')}</h3>
        <span className={styles.buttons}>
          {isAdmin && (
            <IconButton
              label={t('group.invites')}
              icon={<LinkIcon size={18} />}
              onClick={() => setOpened({ kind: 'invites' })}
            />
          )}
          {isAdmin && (
            <IconButton
              label={t('group.add')}
              icon={<UserPlus size={18} />}
              onClick={() => setOpened({ kind: 'add' })}
            />
          )}
        </span>
      </div>
      {query.isError && (
        <ErrorState onRetry={() => void query.refetch()}>{t('group.membersFailed')}</ErrorState>
      )}
      {showsSkeleton && <Skeleton width="70%" height={40} />}
      <ul>
        {members.map((member) => (
          <li key={member.id} className={styles.member}>
            <Avatar id={member.id} name={member.name} size="medium" />
            <span className={styles.names}>
              <bdi className="cut">{member.id === me ? t('you') : member.name}</bdi>
              <bdi dir="ltr" className="t-meta quiet cut">
                @{member.handle}
              </bdi>
            </span>
            {member.role !== 'member' && (
              <Tag>{member.role === 'owner' ? t('role.owner') : t('role.admin')}</Tag>
            )}
            {member.id !== me &&
              (thread.role === 'owner' || (thread.role === 'admin' && member.role === 'member')) && (
                <Menu
                  trigger={
                    <IconButton
                      label={t('group.actionsFor', { name: member.name })}
                      icon={<Ellipsis size={18} />}
                    />
                  }
                >
                  {thread.role === 'owner' &&
                    rolesFor(member.role).map((role) => (
                      <MenuAction
                        key={role}
                        onSelect={() => change.mutate(() => setRole(thread.id, member.id, role))}
                      >
                        {t(`role.make.${role}`)}
                      </MenuAction>
                    ))}
                  {thread.role === 'owner' && <MenuRule />}
                  <MenuAction danger onSelect={() => setOpened({ kind: 'remove', member })}>
                    {t('group.remove')}
                  </MenuAction>
                </Menu>
              )}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          variant="plain"
          wide
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('showMore')}
        </Button>
      )}
      <Button
        variant="plain"
        size="small"
        icon={<LogOut size={16} className="mirror" />}
        onClick={() => setOpened({ kind: 'leave' })}
      >
        {t('group.leave')}
      </Button>
      {opened?.kind === 'remove' && (
        <Question
          title={t('group.removeTitle', { name: opened.member.name })}
          verb={t('group.remove')}
          safe={t('cancel')}
          onAnswer={(yes) => {
            if (yes) change.mutate(() => removeMember(thread.id, opened.member.id));
            close();
          }}
        >
          {t('group.removeBody')}
        </Question>
      )}
      {opened?.kind === 'leave' && (
        <Question
          title={t('group.leaveTitle')}
          verb={t('group.leave')}
          safe={t('group.stay')}
          onAnswer={(yes) => {
            if (yes) change.mutate(() => removeMember(thread.id, 'me'));
            close();
          }}
        >
          {t('group.leaveBody')}
        </Question>
      )}
      <Suspense fallback={null}>
        {opened?.kind === 'add' && (
          <AddPeople thread={thread} except={members.map(({ id }) => id)} onAdded={refresh} onClose={close} />
        )}
        {opened?.kind === 'invites' && <Invites thread={thread} onClose={close} />}
      </Suspense>
    </section>
  );
}

const rolesFor = (role: Role) => (['owner', 'admin', 'member'] as const).filter((each) => each !== role);
