import { getMoney, type MoneyItem } from '../../api/between.ts';

const idsMax = 100;
let waiting: { id: string; done: (item: MoneyItem | null) => void; failed: (error: unknown) => void }[] = [];

/** How a thing is now; what many cards ask for at once goes in one call. Null: not there, or not ours to see. */
export function loadMoney(id: string): Promise<MoneyItem | null> {
  return new Promise((done, failed) => {
    if (waiting.length === 0) setTimeout(flush, 0);
    waiting.push({ id, done, failed });
    if (waiting.length === idsMax) flush();
  });
}

function flush(): void {
  const asked = waiting;
  waiting = [];
  if (asked.length === 0) return;
  getMoney([...new Set(asked.map((each) => each.id))]).then(
    ({ items }) => {
      for (const each of asked) each.done(items.find((item) => item.id === each.id) ?? null);
    },
    (error: unknown) => {
      for (const each of asked) each.failed(error);
    },
  );
}
