import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from './bytes.ts';
import { formatLocale, languageOf } from './languages.ts';
import { formatDigits, formatLocal, formatSpoken, formatWithCode } from './money.ts';
import { formatClock, formatDay, formatRowTime } from './time.ts';

interface Amount {
  amountMinor: number;
  currency: string;
}

/** Numbers, money and times in the language of the screen and the region of the browser. */
export function useFormat() {
  const { i18n } = useTranslation();
  const language = languageOf(i18n.language) ?? 'en';
  return useMemo(() => {
    const locale = formatLocale(language);
    return {
      language,
      locale,
      clock: (instant: string) => formatClock(instant, locale),
      day: (instant: string, now = new Date()) => formatDay(instant, locale, now),
      rowTime: (instant: string, now = new Date()) => formatRowTime(instant, locale, now),
      count: (value: number) => new Intl.NumberFormat(locale).format(value),
      bytes: (value: number) => formatBytes(value, locale),
      digits: (amount: Amount) => formatDigits(amount, locale),
      withCode: (amount: Amount) => formatWithCode(amount, locale),
      local: (amount: Amount) => formatLocal(amount, locale),
      spoken: (amount: Amount) => formatSpoken(amount, locale),
    };
  }, [language]);
}
