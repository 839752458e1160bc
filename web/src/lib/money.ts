/** Decimals of a currency by ISO 4217; formatters know other numbers for some (HUF, IQD), so they are never asked. */
const decimalsOtherThanTwo: Record<string, number> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
};

export const decimalsOf = (currency: string) => decimalsOtherThanTwo[currency] ?? 2;

interface Amount {
  amountMinor: number;
  currency: string;
}

/** The digits alone, `214.60`, grouped as the locale does. */
export function formatDigits({ amountMinor, currency }: Amount, locale: string): string {
  const digits = decimalsOf(currency);
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amountMinor / 10 ** digits);
}

/** Code before amount, `EUR 214.60`, wherever money is confirmed; nobody has to guess which `$` is meant. */
export const formatWithCode = (amount: Amount, locale: string) =>
  `${amount.currency}\u00a0${formatDigits(amount, locale)}`;

/** The local form, `214,60 €`. */
export function formatLocal({ amountMinor, currency }: Amount, locale: string): string {
  const digits = decimalsOf(currency);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amountMinor / 10 ** digits);
}

/** For screen readers: `214 euros 60` reads better as `214.60 euros` in every language. */
export function formatSpoken({ amountMinor, currency }: Amount, locale: string): string {
  const digits = decimalsOf(currency);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'name',
    minimumFractionDigits: amountMinor % 10 ** digits === 0 ? 0 : digits,
    maximumFractionDigits: digits,
  }).format(amountMinor / 10 ** digits);
}

/**
 * Minor units of a decimal as templates write it: a JSON number, `"189.00"` or `".07"`. Null when it is not a
 * number or has more decimals than the currency.
 */
export function parseMinor(decimal: string | number, currency: string): number | null {
  const match = /^(-?)([0-9]*)(?:\.([0-9]+))?$/.exec(String(decimal).trim());
  if (!match || (match[2] === '' && match[3] === undefined)) return null;
  const digits = decimalsOf(currency);
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return null;
  const minor = Number((match[2] || '0') + fraction.padEnd(digits, '0'));
  if (!Number.isSafeInteger(minor)) return null;
  return match[1] && minor !== 0 ? -minor : minor;
}
