import type { Thread } from '../../../api/types.ts';

export const filters = ['all', 'unread', 'people', 'businesses'] as const;
export type Filter = (typeof filters)[number];

const passes: Record<Filter, (thread: Thread) => boolean> = {
  all: () => true,
  unread: (thread) => thread.unread > 0 || thread.markedUnread === true,
  people: (thread) => thread.kind !== 'business',
  businesses: (thread) => thread.kind === 'business',
};

/** Letters only, without marks, so that "sol" finds "Sól". */
export const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();

/** Threads of a filter whose title, handle or name of a member begins a word with what is typed. */
export function filterThreads(threads: readonly Thread[], filter: Filter, typed: string): Thread[] {
  const wanted = folded(typed.replace(/^@/, ''));
  return threads.filter((thread) => {
    if (!passes[filter](thread)) return false;
    if (wanted === '') return true;
    const names = [thread.title, ...thread.members.flatMap((member) => [member.name, member.handle])].map(
      folded,
    );
    return names.some((name) => name.startsWith(wanted) || name.includes(` ${wanted}`));
  });
}
