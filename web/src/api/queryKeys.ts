import type { PurchaseId, ThreadId } from './ids.ts';

/** One place for the names under which server state is cached. */
export const queryKeys = {
  me: ['me'] as const,
  demo: ['demo'] as const,
  threads: ['threads'] as const,
  thread: (id: ThreadId) => ['thread', id] as const,
  event: (id: ThreadId, seq: number) => ['event', id, seq] as const,
  versions: (id: ThreadId, seq: number) => ['versions', id, seq] as const,
  reactions: (id: ThreadId, seq: number) => ['reactions', id, seq] as const,
  peopleFound: (q: string) => ['people', 'found', q] as const,
  pagesFound: (q: string) => ['pages', 'found', q] as const,
  page: (username: string) => ['page', username] as const,
  wallet: ['wallet'] as const,
  walletEntries: ['wallet', 'entries'] as const,
  methods: ['payment-methods'] as const,
  payConfig: ['pay', 'config'] as const,
  purchase: (id: PurchaseId) => ['purchase', id] as const,
};
