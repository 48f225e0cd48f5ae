import type { ClientEvent } from "../types/index.js";

type Listener = (event: ClientEvent) => void;

/** Tells events to listeners at once, and changes to subscribers once per microtask batch. */
export class Emitter {
  private listeners = new Map<ClientEvent["type"] | "*", Set<Listener>>();
  private subscribers = new Set<() => void>();
  private invalidate: () => void = () => undefined;
  private scheduled = false;

  /** What to do, at once, when anything changed. */
  onChange(invalidate: () => void): void {
    this.invalidate = invalidate;
  }

  emit(event: ClientEvent): void {
    this.changed();
    for (const key of [event.type, "*"] as const) {
      for (const listener of [...(this.listeners.get(key) ?? [])]) run(() => { listener(event); });
    }
  }

  /** Something in the snapshot changed, with or without an event. */
  changed(): void {
    this.invalidate();
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      for (const subscriber of [...this.subscribers]) run(subscriber);
    });
  }

  on<T extends ClientEvent["type"]>(type: T, listener: (event: Extract<ClientEvent, { type: T }>) => void): () => void {
    // The map's key guarantees the event's type, which the compiler cannot follow.
    return this.add(type, listener as Listener);
  }

  onAny(listener: Listener): () => void {
    return this.add("*", listener);
  }

  subscribe(listener: () => void): () => void {
    // A wrapper of its own: the same function may subscribe twice.
    const entry = (): void => {
      listener();
    };
    this.subscribers.add(entry);
    return () => {
      this.subscribers.delete(entry);
    };
  }

  /** One last call to every subscriber, then silence. */
  end(): void {
    this.listeners.clear();
    const last = [...this.subscribers];
    this.subscribers.clear();
    for (const subscriber of last) run(subscriber);
  }

  private add(key: ClientEvent["type"] | "*", listener: Listener): () => void {
    const entry: Listener = (event) => {
      listener(event);
    };
    const set = this.listeners.get(key) ?? new Set();
    this.listeners.set(key, set);
    set.add(entry);
    return () => {
      set.delete(entry);
    };
  }
}

/** One listener's exception must not keep the others from running. */
function run(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    // eslint-disable-next-line no-console -- the listener's author must see it, and nobody else catches it
    console.error(error);
  }
}
