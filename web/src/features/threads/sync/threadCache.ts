import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { ThreadId } from '../../../api/ids.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { ThreadList } from '../../../api/threads.ts';
import type { Thread } from '../../../api/types.ts';

type Threads = InfiniteData<ThreadList, unknown>;

/** Threads are cached twice, in the inbox and each alone; these keep the two alike. */
export function cachedThread(client: QueryClient, id: ThreadId): Thread | undefined {
  return (
    client.getQueryData<Thread>(queryKeys.thread(id)) ??
    cachedThreads(client).find((thread) => thread.id === id)
  );
}

export function cachedThreads(client: QueryClient): Thread[] {
  return threadsOf(client.getQueryData<Threads>(queryKeys.threads));
}

/** All pages as one list, each thread once, pinned ones first, then the most recent. */
export function threadsOf(data: Threads | undefined): Thread[] {
  const byId = new Map<ThreadId, Thread>();
  for (const page of data?.pages ?? [])
    for (const thread of page.threads) if (!byId.has(thread.id)) byId.set(thread.id, thread);
  return [...byId.values()].sort(
    (a, b) => Number(b.pinned ?? false) - Number(a.pinned ?? false) || b.updatedAt.localeCompare(a.updatedAt),
  );
}

export function putThread(client: QueryClient, thread: Thread): void {
  client.setQueriesData<Threads>(
    { queryKey: queryKeys.folders },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          threads: page.threads.map((each) => (each.id === thread.id ? thread : each)),
        })),
      },
  );
  client.setQueryData<Thread>(queryKeys.thread(thread.id), thread);
  client.setQueryData<Threads>(queryKeys.threads, (data) => {
    const first = data?.pages[0];
    if (!data || !first) return data;
    const isListed = data.pages.some((page) => page.threads.some((each) => each.id === thread.id));
    const pages = isListed
      ? data.pages.map((page) => ({
          ...page,
          threads: page.threads.map((each) => (each.id === thread.id ? thread : each)),
        }))
      : [{ ...first, threads: [thread, ...first.threads] }, ...data.pages.slice(1)];
    return { ...data, pages };
  });
}

/** It is gone from the lists; whoever looks at it alone is told by the next fetch. */
export function dropThread(client: QueryClient, id: ThreadId): void {
  client.setQueryData<Threads>(
    queryKeys.threads,
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          threads: page.threads.filter((each) => each.id !== id),
        })),
      },
  );
  client.removeQueries({ queryKey: queryKeys.thread(id), type: 'inactive' });
  void client.resetQueries({ queryKey: queryKeys.thread(id) });
}
