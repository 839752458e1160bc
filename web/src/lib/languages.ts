export const languages = ['en', 'fr', 'pl', 'he', 'ar'] as const;
export type Language = (typeof languages)[number];

/** Each in its own script, as at the foot of the sign-in page. */
export const languageNames: Record<Language, string> = {
  en: 'English',
  fr: 'Français',
  pl: 'Polski',
  he: 'עברית',
  ar: 'العربية',
};

export type Direction = 'ltr' | 'rtl';

export const directionOf = (language: Language): Direction =>
  language === 'he' || language === 'ar' ? 'rtl' : 'ltr';

/** Understands `fr-CA`, Messenger's `fr_FR` and the old tag `iw`; null when the language is not spoken here. */
export function languageOf(tag: string | null | undefined): Language | null {
  const primary = (tag ?? '').toLowerCase().split(/[-_]/)[0];
  const modern = primary === 'iw' ? 'he' : primary;
  return languages.find((language) => language === modern) ?? null;
}

const regionWhenUnknown: Record<Language, string> = {
  en: 'en-GB',
  fr: 'fr-FR',
  pl: 'pl-PL',
  he: 'he-IL',
  ar: 'ar',
};

/**
 * The tag for `Intl`: the browser's own region of that language where it has one (en-US writes 9:42 PM), with
 * digits 0–9, because codes, times and amounts are compared with what stands on tickets and tills. Where the
 * region is not known the clock has 24 hours, as on tickets.
 */
export function formatLocale(language: Language, wished: readonly string[] = navigator.languages): string {
  const own = wished.find((tag) => languageOf(tag) === language && tag.includes('-'));
  if (own) return `${own.replace(/^iw\b/, 'he').split('-u-')[0]}-u-nu-latn`;
  return `${regionWhenUnknown[language]}-u-hc-h23-nu-latn`;
}
