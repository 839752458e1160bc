import type { TFunction } from 'i18next';
import { isProblem } from '../../../api/problem.ts';

/** Why something about a group was refused, and that nothing has changed. */
export function groupProblem(error: unknown, t: TFunction<'threads'>): string {
  const whys: Record<string, string> = {
    group_full: t('group.full'),
    owner_must_stay: t('group.ownerMustStay'),
    role_too_low: t('refusal.adminsOnly'),
    admins_only: t('refusal.adminsOnly'),
    cannot_be_added: t('group.cannotBeAdded'),
    too_many_invites: t('group.tooManyInvites'),
    invite_not_found: t('join.dead'),
    join_refused: t('join.refused'),
    member_not_found: t('group.memberGone'),
    thread_not_found: t('threadGone'),
  };
  return (isProblem(error) && whys[error.code]) || t('blockFailed');
}
