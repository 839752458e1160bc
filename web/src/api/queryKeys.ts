import type { MemberId, PurchaseId, ThreadId } from './ids.ts';

/** One place for the names under which server state is cached. */
export const queryKeys = {
  me: ['me'] as const,
  demo: ['demo'] as const,
  threads: ['threads'] as const,
  /** Lists beside the inbox: archived, requests, one's own folders. */
  folders: ['folders'] as const,
  folder: (name: string) => ['folders', name] as const,
  totals: ['totals'] as const,
  search: (q: string, thread: ThreadId | null, has: string | null) => ['search', q, thread, has] as const,
  thread: (id: ThreadId) => ['thread', id] as const,
  event: (id: ThreadId, seq: number) => ['event', id, seq] as const,
  versions: (id: ThreadId, seq: number) => ['versions', id, seq] as const,
  reactions: (id: ThreadId, seq: number) => ['reactions', id, seq] as const,
  members: (id: ThreadId) => ['members', id] as const,
  invites: (id: ThreadId) => ['invites', id] as const,
  invite: (token: string) => ['invite', token] as const,
  peopleFound: (q: string) => ['people', 'found', q] as const,
  pagesFound: (q: string) => ['pages', 'found', q] as const,
  page: (username: string) => ['page', username] as const,
  wallet: ['wallet'] as const,
  walletEntries: ['wallet', 'entries'] as const,
  methods: ['payment-methods'] as const,
  payConfig: ['pay', 'config'] as const,
  moneyItem: (id: string) => ['money', id] as const,
  receiver: (id: MemberId, thread: ThreadId) => ['receiver', thread, id] as const,
  links: ['money', 'links'] as const,
  link: (secret: string) => ['link', secret] as const,
  standing: (currency: string) => ['standing', currency] as const,
  statement: (currency: string, month: string) => ['wallet', 'statement', currency, month] as const,
  purchase: (id: PurchaseId) => ['purchase', id] as const,
};
