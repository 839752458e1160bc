import { useCallback, useSyncExternalStore } from 'react';

/** Values by key, each with its own listeners, so that one thread's news re-renders that thread alone. */
export class KeyedStore<Key, Value> {
  #values = new Map<Key, Value>();
  #listeners = new Map<Key, Set<() => void>>();
  #initial: Value;

  constructor(initial: Value) {
    this.#initial = initial;
  }

  get(key: Key): Value {
    return this.#values.get(key) ?? this.#initial;
  }

  set(key: Key, value: Value): void {
    if (this.get(key) === value) return;
    this.#values.set(key, value);
    for (const listener of this.#listeners.get(key) ?? []) listener();
  }

  keys(): Key[] {
    return [...this.#values.keys()];
  }

  subscribe(key: Key, listener: () => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }
}

export function useKeyed<Key, Value>(store: KeyedStore<Key, Value>, key: Key): Value {
  const subscribe = useCallback((listener: () => void) => store.subscribe(key, listener), [store, key]);
  return useSyncExternalStore(subscribe, () => store.get(key));
}
