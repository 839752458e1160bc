export interface Parts {
  /** One for each of those asked, in minor units. */
  parts: readonly number[];
  /** What is left for who asks. */
  own: number;
  wrong?: 'missing' | 'tooMuch';
}

/**
 * Divides a bill as the server does (docs/protocol/money.md): by heads, with who asks as one more of them and what
 * does not divide theirs too; or as written.
 */
export function partsOf(whole: number, how: number | readonly number[]): Parts {
  const parts =
    typeof how === 'number' ? Array.from({ length: how }, () => Math.floor(whole / (how + 1))) : how;
  const own = whole - parts.reduce((sum, part) => sum + part, 0);
  if (own < 0) return { parts, own: 0, wrong: 'tooMuch' };
  return parts.some((part) => part < 1) ? { parts, own, wrong: 'missing' } : { parts, own };
}
