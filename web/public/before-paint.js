// Runs before the first paint, so that no page flashes in the wrong theme or direction.
// src/lib/theme.ts and src/lib/languages.ts keep the same rules once the client runs.
(() => {
  const root = document.documentElement;
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden; the system's wishes hold
    }
  };
  const wants = (query) => matchMedia(query).matches;

  const choice = read('stoa.theme') ?? 'system';
  const dark = choice === 'dark' || (choice !== 'light' && wants('(prefers-color-scheme: dark)'));
  const contrast = choice === 'contrast' || (choice === 'system' && wants('(prefers-contrast: more)'));
  root.dataset.theme = (contrast ? 'contrast-' : '') + (dark ? 'dark' : 'light');

  const known = ['en', 'fr', 'pl', 'he', 'ar'];
  const wished = [read('stoa.language'), ...navigator.languages].map((tag) =>
    (tag ?? '').toLowerCase().replace(/^iw\b/, 'he').slice(0, 2),
  );
  const language = wished.find((tag) => known.includes(tag)) ?? 'en';
  root.lang = language;
  root.dir = language === 'he' || language === 'ar' ? 'rtl' : 'ltr';
})();
