import type { ClientEvent } from "../types/index.js";

type Listener = (event: ClientEvent) => void;
type Rows = (sessionId: string, revision: number, start: number, end: number, length: number) => void;

/** Tells events to listeners at once, and changes to subscribers once per microtask batch. */
export class Emitter {
  private listeners = new Map<ClientEvent["type"] | "*", Set<Listener>>();
  private subscribers = new Set<() => void>();
  private invalidate: (event: ClientEvent) => void = () => undefined;
  private note: Rows = () => undefined;
  private interest: (wanted: boolean) => void = () => undefined;
  private scheduled = false;
  private readonly schedule: (tell: () => void) => void;
  private readonly flush = (): void => {
    this.scheduled = false;
    for (const subscriber of [...this.subscribers]) run(subscriber);
  };

  /** @param schedule When to tell subscribers; by default at the end of the microtask batch. */
  constructor(schedule: (tell: () => void) => void = queueMicrotask) {
    this.schedule = schedule;
  }

  /** What to do, at once, with anything that changes the snapshot. */
  onChange(invalidate: (event: ClientEvent) => void): void {
    this.invalidate = invalidate;
  }

  /** What to do, at once, with a change of rows: see `emitRows`. */
  onRows(note: Rows): void {
    this.note = note;
  }

  /** Who to tell whether somebody listens for `newMessage`. */
  onInterest(interest: (wanted: boolean) => void): void {
    this.interest = interest;
    this.interest(this.hears("newMessage"));
  }

  emit(event: ClientEvent): void {
    this.invalidate(event);
    this.tellSoon();
    this.tell(event);
  }

  /** A `timelineChange`, the most frequent event, by its fields: it is only made for those who listen. */
  emitRows(...[sessionId, revision, start, end, length]: Parameters<Rows>): void {
    this.note(sessionId, revision, start, end, length);
    this.tellSoon();
    if (this.hears("timelineChange")) this.tell({ type: "timelineChange", sessionId, revision, start, end, length });
  }

  private tell(event: ClientEvent): void {
    for (const key of [event.type, "*"] as const) {
      const set = this.listeners.get(key);
      if (set && set.size > 0) for (const listener of [...set]) run(listener, event);
    }
  }

  private tellSoon(): void {
    if (this.scheduled || this.subscribers.size === 0) return;
    this.scheduled = true;
    // Called as a function: the browser's own refuse a foreign `this`.
    const { schedule } = this;
    schedule(this.flush);
  }

  private hears(type: ClientEvent["type"]): boolean {
    return (this.listeners.get(type)?.size ?? 0) + (this.listeners.get("*")?.size ?? 0) > 0;
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
    this.interest = () => undefined;
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
    this.interest(this.hears("newMessage"));
    return () => {
      set.delete(entry);
      this.interest(this.hears("newMessage"));
    };
  }
}

/** One listener's exception must not keep the others from running. */
function run<A extends readonly unknown[]>(listener: (...args: A) => void, ...args: A): void {
  try {
    listener(...args);
  } catch (error) {
    // eslint-disable-next-line no-console -- the listener's author must see it, and nobody else catches it
    console.error(error);
  }
}
