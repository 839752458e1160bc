import { useSyncExternalStore } from 'react';
import { readStored, writeStored } from './stored.ts';

/** What the person chose; `contrast` follows the system for light or dark. */
export const themeChoices = ['system', 'light', 'dark', 'contrast'] as const;
export type ThemeChoice = (typeof themeChoices)[number];
export type Theme = 'light' | 'dark' | 'contrast-light' | 'contrast-dark';

const key = 'stoa.theme';
const prefersDark = '(prefers-color-scheme: dark)';
const prefersContrast = '(prefers-contrast: more)';
const listeners = new Set<() => void>();

/** The same rules as public/before-paint.js. */
export function resolveTheme(choice: ThemeChoice, dark: boolean, contrast: boolean): Theme {
  const isDark = choice === 'dark' || (choice !== 'light' && dark);
  const isContrast = choice === 'contrast' || (choice === 'system' && contrast);
  return `${isContrast ? 'contrast-' : ''}${isDark ? 'dark' : 'light'}` as Theme;
}

export function themeChoice(): ThemeChoice {
  const stored = readStored(key);
  return themeChoices.find((choice) => choice === stored) ?? 'system';
}

export function chooseTheme(choice: ThemeChoice): void {
  writeStored(key, choice);
  applyTheme();
}

function applyTheme(): void {
  const wants = (query: string) => matchMedia(query).matches;
  document.documentElement.dataset.theme = resolveTheme(
    themeChoice(),
    wants(prefersDark),
    wants(prefersContrast),
  );
  const frame = getComputedStyle(document.documentElement).getPropertyValue('--frame').trim();
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', frame);
  for (const listener of listeners) listener();
}

/** Follows the system, and other tabs, for as long as the page lives. */
export function watchTheme(): void {
  for (const query of [prefersDark, prefersContrast])
    matchMedia(query).addEventListener('change', applyTheme);
  addEventListener('storage', (event) => {
    if (event.key === key) applyTheme();
  });
  applyTheme();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useThemeChoice = () => useSyncExternalStore(subscribe, themeChoice);
export const useTheme = () =>
  useSyncExternalStore(subscribe, () => (document.documentElement.dataset.theme ?? 'light') as Theme);
