import i18next, { type BackendModule } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { isolate } from '../lib/isolate.ts';
import { directionOf, type Language, languageOf, languages } from '../lib/languages.ts';
import { readStored, writeStored } from '../lib/stored.ts';

/** A namespace is the folder that owns it: `ui`, `app`, or a feature. Each file is fetched when first used. */
const files = import.meta.glob<{ default: Record<string, string> }>([
  '../{app,ui}/locales/*.json',
  '../features/*/locales/*.json',
]);

// The bundler names files of this folder from here, others from above.
const fileOf = (language: string, namespace: string) =>
  files[namespace === 'app' ? `./locales/${language}.json` : `../${namespace}/locales/${language}.json`] ??
  files[`../features/${namespace}/locales/${language}.json`];

const backend: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read(language, namespace, callback) {
    const load = fileOf(language, namespace);
    if (!load) return callback(new Error(`No texts for ${namespace} in ${language}`), null);
    load().then(
      (file) => callback(null, file.default),
      (error: Error) => callback(error, null),
    );
  },
};

const key = 'stoa.language';

/** What was chosen on this device, else what the browser wishes; the same rules as public/before-paint.js. */
export const chosenLanguage = () => languageOf(readStored(key));
const firstLanguage = (): Language =>
  chosenLanguage() ?? navigator.languages.map((tag) => languageOf(tag)).find((tag) => tag !== null) ?? 'en';

export function startTranslations(): Promise<unknown> {
  i18next.on('languageChanged', (tag) => {
    const language = languageOf(tag) ?? 'en';
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
  });
  return i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: firstLanguage(),
      supportedLngs: languages,
      fallbackLng: 'en',
      // Every language is complete (locales.test.ts), so English is never fetched beside another.
      partialBundledLanguages: true,
      load: 'currentOnly',
      ns: ['ui', 'app'],
      defaultNS: 'app',
      // Keys are flat: "state.read" is a name, not a way.
      keySeparator: false,
      // Not HTML but direction is what a foreign name could break.
      interpolation: {
        escapeValue: true,
        useRawValueToEscape: true,
        escape: (value: unknown) => isolate(String(value), directionOf(languageOf(i18next.language) ?? 'en')),
      },
      returnNull: false,
      react: { useSuspense: true },
    });
}

/** Without a reload. Kept on this device; whoever is signed in keeps it in their account too. */
export async function chooseLanguage(language: Language): Promise<void> {
  writeStored(key, language);
  await i18next.changeLanguage(language);
}
