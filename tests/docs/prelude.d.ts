/** Names that code in the documentation may use without saying where they come from. */

declare const client: import("sidewire").SidewireClient;
declare const createClient: typeof import("sidewire").createClient;
declare type SidewireClient = import("sidewire").SidewireClient;
declare const sessionId: string;
declare const accessToken: string;
declare const messages: { id: string }[];

/** Not installed here; as much of them as the pages use. */
declare module "vue" {
  export function shallowRef<T>(value: T): { value: T };
  export function onScopeDispose(run: () => void): void;
}
declare module "svelte/store" {
  export function readable<T>(value: T, start: (set: (value: T) => void) => () => void): { subscribe(run: (value: T) => void): () => void };
}
declare class Pusher {
  constructor(key: string, options: object);
  subscribe(channel: string): { bind<T>(event: string, listener: (data: T) => void): void };
}
