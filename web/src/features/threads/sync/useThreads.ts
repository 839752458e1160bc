import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ThreadId } from '../../../api/ids.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import { getThread, getThreads } from '../../../api/threads.ts';
import { useConversations } from './context.ts';
import { cachedThread, threadsOf } from './threadCache.ts';

/** The inbox, the most recent first, page by page. Kept current by `Conversations`. */
export function useThreads() {
  const { conversations } = useConversations();
  const query = useInfiniteQuery({
    queryKey: queryKeys.threads,
    queryFn: async ({ pageParam, signal }) => {
      const page = await getThreads(pageParam, signal);
      return { ...page, threads: page.threads.map((thread) => conversations.adopt(thread)) };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const threads = useMemo(() => threadsOf(query.data), [query.data]);
  return { ...query, threads, folders: query.data?.pages[0]?.folders ?? noFolders };
}

const noFolders: readonly { name: string; threads: number }[] = [];

/** A list beside the inbox, asked for when it is looked at. */
export function useFolder(folder: string | null) {
  const { conversations } = useConversations();
  const query = useInfiniteQuery({
    queryKey: queryKeys.folder(folder ?? ''),
    queryFn: async ({ pageParam, signal }) => {
      const page = await getThreads(pageParam, signal, folder ?? undefined);
      return { ...page, threads: page.threads.map((thread) => conversations.adopt(thread)) };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: folder !== null,
    staleTime: 0,
  });
  const threads = useMemo(() => threadsOf(query.data), [query.data]);
  return { ...query, threads, folders: noFolders };
}

export function useThread(id: ThreadId) {
  const client = useQueryClient();
  const { conversations } = useConversations();
  return useQuery({
    queryKey: queryKeys.thread(id),
    queryFn: async ({ signal }) => conversations.adopt(await getThread(id, signal)),
    // The inbox has most of it already; the fetched one brings members' markers and the page's menu.
    placeholderData: () => cachedThread(client, id),
    staleTime: 60_000,
  });
}
