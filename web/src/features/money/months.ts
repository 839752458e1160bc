/** The last months, this one first, as `2026-11`. */
export function monthsBack(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, back) => {
    const month = new Date(Date.UTC(now.getFullYear(), now.getMonth() - back, 1));
    return month.toISOString().slice(0, 7);
  });
}

/** From its first midnight, included, to that of the next one; in the reader's own time. */
export function monthSpan(month: string): { since: string; until: string } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return {
    since: new Date(year, number - 1, 1).toISOString(),
    until: new Date(year, number, 1).toISOString(),
  };
}
