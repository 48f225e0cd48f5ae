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

/** What the comment of a function may take for imported: the function itself, and what it is used with. */
declare const init: typeof import("sidewire").init;
declare const SidewireError: typeof import("sidewire").SidewireError;
declare type SidewireError = import("sidewire").SidewireError;
declare const chromeStorage: typeof import("sidewire/chrome").chromeStorage;
declare const memoryStorage: typeof import("sidewire/chrome").memoryStorage;
declare const chromeToken: typeof import("sidewire/chrome").chromeToken;
declare const attachLifecycle: typeof import("sidewire/chrome").attachLifecycle;
declare const keepRecord: typeof import("sidewire/chrome").keepRecord;
declare const watchTabs: typeof import("sidewire/chrome").watchTabs;
declare const useMessages: typeof import("sidewire/react").useMessages;
declare const createSyncSlice: typeof import("sidewire/zustand").createSyncSlice;
declare const withoutSync: typeof import("sidewire/zustand").withoutSync;
declare type SyncSlice = import("sidewire/zustand").SyncSlice;
declare const token: import("sidewire/chrome").ChromeToken;
declare const bytes: ArrayBuffer;
declare const create: typeof import("zustand").create;
declare const persist: typeof import("zustand/middleware").persist;
declare interface Mine {
  readonly theme: string;
}
declare const createMine: import("zustand").StateCreator<Mine & SyncSlice, [], [], Mine>;
declare const creator: import("zustand").StateCreator<Mine & SyncSlice>;
