/**
 * `NOWAK/ZOFIAMRS`, as boarding passes have it, becomes `Zofia Nowak`. Anything else stays as it is. The title is
 * glued to the given name without a mark: `MS` is not taken off, because names end in it (Adams, Williams).
 */
export function passengerName(name: string): string {
  const match = /^([A-Z' -]+)\/([A-Z' -]+)$/.exec(name.trim());
  if (!match) return name;
  const [, surname = '', given = ''] = match;
  const bare = given.replace(/(?<=[A-Z]{2}) ?(MRS|MR|MISS|MSTR)$/, '');
  return `${capitalised(bare)} ${capitalised(surname)}`;
}

const capitalised = (words: string) =>
  words
    .toLowerCase()
    .replace(/(^|[ '-])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
