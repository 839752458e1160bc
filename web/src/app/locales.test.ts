import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { languages } from '../lib/languages.ts';

const source = join(import.meta.dirname, '..');

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}

const files = walk(source);
const folders = [...new Set(files.filter((path) => /\/locales\/[^/]+\.json$/.test(path)).map(dirname))];
const namespaceOf = (folder: string) => basename(dirname(folder));

function textsOf(folder: string, language: string): Record<string, string> {
  return JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8')) as Record<string, string>;
}

const plural = /_(zero|one|two|few|many|other)$/;
const baseOf = (key: string) => key.replace(plural, '');

/** Keys of a language grouped by what code asks for; plural ones with their categories. */
function keysOf(texts: Record<string, string>): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>();
  for (const key of Object.keys(texts)) {
    const categories = keys.get(baseOf(key)) ?? new Set<string>();
    const category = plural.exec(key)?.[1];
    if (category) categories.add(category);
    keys.set(baseOf(key), categories);
  }
  return keys;
}

const shared = keysOf(textsOf(join(source, 'ui/locales'), 'en'));

const placeholders = (text: string) =>
  [...text.matchAll(/\{\{\s*([a-zA-Z]+)/g), ...text.matchAll(/<(\w+)>/g)].map((match) => match[1]).sort();

/** What is wrong with the texts of one namespace, in words. */
function faultsOf(all: Record<string, Record<string, string>>): string[] {
  const english = keysOf(all.en ?? {});
  const faults: string[] = [];
  for (const language of languages) {
    const texts = all[language] ?? {};
    const keys = keysOf(texts);
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, english_] of english) {
      const own = keys.get(key);
      if (!own) {
        faults.push(`${language}: ${key} is missing`);
        continue;
      }
      if (english_.size === 0) continue;
      for (const category of categories)
        if (!own.has(category)) faults.push(`${language}: ${key}_${category} is missing`);
      for (const category of own)
        if (!categories.includes(category as Intl.LDMLPluralRule))
          faults.push(`${language}: ${key}_${category} is not a plural of this language`);
    }
    for (const key of keys.keys())
      if (!english.has(key)) faults.push(`${language}: ${key} is not in English`);
    for (const [key, text] of Object.entries(texts)) {
      if (text.trim() === '') faults.push(`${language}: ${key} is empty`);
      const model = all.en?.[key] ?? all.en?.[`${baseOf(key)}_other`];
      // Only `count` may go unsaid, where a word such as "one" or a dual says it.
      const spoken = (name: string | undefined) => name !== 'count';
      const [own, wanted] = [placeholders(text), placeholders(model ?? '')].map((names) =>
        names.filter(spoken),
      );
      if (model && String(own) !== String(wanted))
        faults.push(`${language}: ${key} has {${own}}, English has {${wanted}}`);
    }
  }
  return faults;
}

describe.each(folders.map((folder) => [namespaceOf(folder), folder] as const))(
  'Texts of %s',
  (name, folder) => {
    it('exist in exactly the languages that are spoken', () => {
      const present = readdirSync(folder).map((file) => file.replace('.json', ''));
      expect(present.sort()).toEqual([...languages].sort());
    });

    it('are complete in each language, with all its plurals and the same placeholders', () => {
      const all = Object.fromEntries(languages.map((language) => [language, textsOf(folder, language)]));
      expect(faultsOf(all)).toEqual([]);
    });

    it('are the ones the code asks for', () => {
      const known = keysOf(textsOf(folder, 'en'));
      const code = files
        .filter((path) => /\.tsx?$/.test(path) && !path.includes('.test.'))
        .map((path) => readFileSync(path, 'utf8'))
        .filter((text) => new RegExp(`useTranslation\\(\\[?'${name}'|getFixedT\\([^)]*'${name}'`).test(text));
      const asked = code.flatMap((text) =>
        [...text.matchAll(/\bt\(\s*'([^'$]+)'/g)].map((match) => match[1]),
      );
      // `ui:close` names another namespace, whose own round answers for it.
      const isKnown = (key: string) =>
        key.includes(':') ? key.startsWith('ui:') && shared.has(key.slice(3)) : known.has(key);
      expect(asked.filter((key) => key && !isKnown(key))).toEqual([]);
    });
  },
);

describe('The check of texts', () => {
  it('finds a missing key, a missing plural, a foreign plural and a lost placeholder', () => {
    const good = { hello: 'Hello {{name}}', seats_one: '{{count}} seat', seats_other: '{{count}} seats' };
    const faults = faultsOf({
      en: good,
      fr: { ...good, seats_many: '{{count}} de sièges' },
      pl: { hello: 'Cześć', seats_one: '1', seats_few: '{{count}}', seats_other: '{{count}}' },
      he: { seats_one: '1', seats_two: '2', seats_other: '{{count}}', seats_few: '{{count}}' },
      ar: {
        ...good,
        seats_zero: '0',
        seats_two: '2',
        seats_few: '{{count}}',
        seats_many: '{{count}}',
        extra: 'x',
      },
    });
    expect(faults).toEqual([
      'pl: seats_many is missing',
      'pl: hello has {}, English has {name}',
      'he: hello is missing',
      'he: seats_few is not a plural of this language',
      'ar: extra is not in English',
    ]);
  });
});
