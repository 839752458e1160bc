import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import type { MoneyItem } from '../../api/between.ts';
import { queryKeys } from '../../api/queryKeys.ts';
import { loadMoney } from './loadMoney.ts';

/** A card's thing, as it is now; kept fresh by the live frame `money`. */
export function useMoneyItem(id: string): MoneyItem | null | undefined {
  const client = useQueryClient();
  return useQuery({
    queryKey: queryKeys.moneyItem(id),
    queryFn: async () => newer(client.getQueryData(queryKeys.moneyItem(id)), await loadMoney(id)),
    staleTime: 60_000,
  }).data;
}

/** Puts an answer where the cards read it, unless something newer stands there. */
export function putMoney(client: QueryClient, item: MoneyItem): void {
  client.setQueryData<MoneyItem | null>(queryKeys.moneyItem(item.id), (known) => newer(known, item));
  void client.invalidateQueries({ queryKey: queryKeys.wallet });
}

const newer = (known: MoneyItem | null | undefined, item: MoneyItem | null): MoneyItem | null =>
  known && item && known.version > item.version ? known : item;
