import type { ClientSnapshot, SidewireClient } from "../types/index.js";

/** A part of a client's state, made for `useSyncExternalStore`. */
export interface Selection<T> {
  readonly subscribe: (listener: () => void) => () => void;
  /** The part; the same value until `same` says that it changed. */
  readonly get: () => T;
}

const nothing = (): void => undefined;

/** Reads at most once for each snapshot, and keeps the value that it gave as long as a new one is the same. */
export function createSelection<T>(
  client: SidewireClient | null,
  read: (client: SidewireClient, before: T) => T,
  idle: T,
  same: (a: T, b: T) => boolean,
): Selection<T> {
  if (client === null) return { subscribe: () => nothing, get: () => idle };
  let known: { of: ClientSnapshot; value: T } | null = null;
  return {
    subscribe: (listener) => client.subscribe(listener),
    get: () => {
      const of = client.getSnapshot();
      if (known?.of === of) return known.value;
      const value = read(client, known?.value ?? idle);
      known = { of, value: known && same(known.value, value) ? known.value : value };
      return known.value;
    },
  };
}

/** Whether two objects of the same shape have the same fields. */
export function sameFields<T extends object>(a: T, b: T): boolean {
  const fields = Object.entries(a);
  const others = new Map<string, unknown>(Object.entries(b));
  return fields.every(([name, value]) => Object.is(value, others.get(name)));
}
