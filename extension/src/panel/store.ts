/** What the panel shows and may do, outside React: one client, one tab in front, one session. */

import type { ClientOptions, SidewireClient, StorageAdapter } from "sidewire";
import type { Account } from "../account";
import { CONFIG_KEY, parseStoredConfig, sameServers, type Config, type TokenArea } from "../config";
import type { WorkerMessage } from "../messages";
import { pageFields, type PageFields } from "../page_url";
import type { Storage, StorageFailure } from "../platform/storage";
import { signIn, type Post, type SignInResult } from "../sign_in";
import { shownTab, type InFront, type RestoreTabs, type ShownTab } from "../tabs/shown_tab";
import { createConnectionRecord, type ConnectionRecord } from "./connection_record";
import { askOnce, insist } from "./insist";
import { createPageReporter, type PageReporter } from "./page_reporter";

/** What the store needs from the outside. */
export interface PanelHost {
  readonly windowId: number;
  /** The storage key of the map from tabs to sessions, in `session`. */
  readonly tabsKey: string;
  readonly isIncognito: boolean;
  readonly defaults: Config;
  /** Whether somebody named a server when the extension was built. */
  readonly isServerGiven: boolean;
  createClient(options: ClientOptions): SidewireClient;
  readonly restoreTabs: RestoreTabs;
  readonly storage: Storage;
  readonly account: Account;
  /** Where messages are kept, in the area that is in force at each moment; `null` where nothing may be kept. */
  messageStorage(area: () => TokenArea): StorageAdapter | null;
  tellWorker(message: WorkerMessage): Promise<unknown>;
  activeTab(): Promise<number | null>;
  onFrontTab(listener: (tabId: number, before: number | null) => void): void;
  /** Whether the extension that this page came from is still there. */
  isAlive(): boolean;
  readonly post: Post;
}

/** The client, or why there is none. */
export type ClientState =
  | { readonly type: "ready"; readonly client: SidewireClient }
  | { readonly type: "unusable"; readonly message: string }
  /** The extension was updated or reloaded under this page: nothing of it works any more. */
  | { readonly type: "outdated" };

/** How the last message left the composer. */
export type Sending =
  | { readonly type: "idle" }
  | { readonly type: "opening"; readonly tabId: number }
  | { readonly type: "failed"; readonly tabId: number; readonly message: string };

/** Everything that the panel shows besides the client's own snapshot. */
export interface PanelState {
  readonly client: ClientState;
  readonly config: Config;
  /** Whether anybody has chosen the servers; otherwise they are those of this computer. */
  readonly isConfigured: boolean;
  readonly isSignedIn: boolean;
  /** Grows with every sign-out: what was loaded for one account is not shown to the next. */
  readonly account: number;
  /** The tab in front of this panel's window; `null` until it is known. */
  readonly tab: ShownTab | null;
  /** The session of that tab; `null` for a new chat. */
  readonly sessionId: string | null;
  readonly sending: Sending;
  /** The newer version that waits for a reload. */
  readonly update: string | null;
  /** Set once something could not be stored; `null` again once that was read. */
  readonly storageFailure: StorageFailure | null;
}

/** The store. */
export interface PanelStore {
  readonly getState: () => PanelState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Sends what was typed, opening a conversation first if the tab has none. Resolves with whether it was taken. */
  readonly send: (content: string) => Promise<boolean>;
  /** Gives the tab in front another session. */
  readonly choose: (sessionId: string) => void;
  /** Shows an empty conversation in the tab in front; it gets a session with the first message. */
  readonly newChat: () => void;
  readonly signIn: (user: string) => Promise<SignInResult>;
  /** Takes a token that the user has from elsewhere. */
  readonly useToken: (token: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  readonly setVisible: (isVisible: boolean) => void;
  readonly setOnline: (isOnline: boolean) => void;
  readonly updateReady: (version: string) => void;
  readonly storageFailed: (failure: StorageFailure) => void;
  /** The user has read that something could not be stored. It is told once. */
  readonly dismissStorageFailure: () => void;
}

/** Reads what is stored, builds the client and follows every change. */
export async function openPanelStore(host: PanelHost): Promise<PanelStore> {
  // An incognito session that has ended may have left a sign-in behind: the worker clears it away first.
  if (host.isIncognito) await askOnce(() => host.tellWorker({ type: "hello" }));
  const { storage, account, tabsKey } = host;
  const [config, token, tabs, connection] = await Promise.all([
    storage.read("local", CONFIG_KEY),
    account.token(),
    storage.read("session", tabsKey),
    createConnectionRecord(storage, host.isIncognito),
  ]);
  const self = createSelf(host, parseStoredConfig(config), token !== null, connection);

  storage.watch("local", CONFIG_KEY, (value) => onConfig(self, parseStoredConfig(value)));
  account.watch((value) => onToken(self, value !== null), token);
  storage.watch("session", tabsKey, (value) => {
    self.tabs = value;
    showTab(self);
  });
  host.onFrontTab((tabId, before) => onFrontTab(self, tabId, before));
  self.tabs = tabs;
  showTab(self);
  void greetWorker(self);
  return facade(self);
}

/** The parts of a store that its functions share. */
interface Self {
  readonly host: PanelHost;
  readonly listeners: Set<() => void>;
  readonly reporter: PageReporter;
  readonly connection: ConnectionRecord;
  readonly messages: StorageAdapter | null;
  /** What was chosen here and is not stored yet; `null` = a new chat. */
  readonly chosen: Map<number, string | null>;
  /** The map as it is stored. */
  tabs: unknown;
  /** What the browser has told since this panel opened. */
  inFront: InFront | null;
  isVisible: boolean;
  isOnline: boolean;
  hasToldStorage: boolean;
  state: PanelState;
}

function createSelf(host: PanelHost, stored: Config | null, isSignedIn: boolean, connection: ConnectionRecord): Self {
  const config = stored ?? host.defaults;
  const area = (): TokenArea => self.state.config.tokenArea;
  const self: Self = {
    host,
    connection,
    messages: host.messageStorage(area),
    listeners: new Set(),
    reporter: createPageReporter((sessionId, fields) => {
      readyClient(self.state)?.updateSession(sessionId, fields).catch(() => undefined);
    }),
    chosen: new Map(),
    tabs: undefined,
    inFront: null,
    isVisible: true,
    isOnline: true,
    hasToldStorage: false,
    state: {
      client: { type: "unusable", message: "" },
      config,
      isConfigured: stored !== null || host.isServerGiven,
      isSignedIn,
      account: 0,
      tab: null,
      sessionId: null,
      sending: { type: "idle" },
      update: null,
      storageFailure: null,
    },
  };
  self.state = { ...self.state, client: buildClient(self, config) };
  followClient(self, null);
  return self;
}

function facade(self: Self): PanelStore {
  return {
    getState: () => self.state,
    subscribe: (listener) => {
      self.listeners.add(listener);
      return () => self.listeners.delete(listener);
    },
    send: (content) => send(self, content),
    choose: (sessionId) => {
      if (isUsable(self) && self.state.tab !== null) bind(self, self.state.tab.tabId, sessionId);
    },
    newChat: () => {
      if (isUsable(self) && self.state.tab !== null) bind(self, self.state.tab.tabId, null);
    },
    signIn: (user) => signInAs(self, user),
    useToken: (token) => self.host.account.signIn(token, self.state.config.tokenArea),
    signOut: () => self.host.account.signOut(),
    setVisible: (isVisible) => {
      self.isVisible = isVisible;
      if (isUsable(self)) readyClient(self.state)?.setVisible(isVisible);
      // The last moment at which something is still stored: a page that goes is hidden first.
      if (!isVisible) self.connection.store(readyClient(self.state));
    },
    setOnline: (isOnline) => {
      self.isOnline = isOnline;
      readyClient(self.state)?.setOnline(isOnline);
    },
    updateReady: (version) => update(self, { update: version }),
    storageFailed: (failure) => storageFailed(self, failure),
    dismissStorageFailure: () => update(self, { storageFailure: null }),
  };
}

function storageFailed(self: Self, failure: StorageFailure): void {
  if (self.hasToldStorage) return;
  self.hasToldStorage = true;
  update(self, { storageFailure: failure });
}

/** Without an answer of the worker, as without its map, the tab in front is shown all the same, without a session. */
async function greetWorker(self: Self): Promise<void> {
  const greet = (): Promise<unknown> => self.host.tellWorker({ type: "hello" });
  const [tabId, isGreeted] = await Promise.all([self.host.activeTab().catch(() => null), askOnce(greet)]);
  if (!isGreeted) void insist(greet, () => isUsable(self));
  if (tabId === null || self.inFront !== null) return;
  self.inFront = { tabId, before: null };
  self.tabs ??= "";
  showTab(self);
}

function onFrontTab(self: Self, tabId: number, before: number | null): void {
  const front = self.inFront?.tabId ?? self.state.tab?.tabId ?? null;
  if (before !== null && before !== front) return;
  self.inFront = { tabId, before };
  showTab(self);
}

function showTab(self: Self): void {
  const { restoreTabs, windowId } = self.host;
  const tab = shownTab(restoreTabs, self.tabs, windowId, self.inFront);
  if (tab !== null && self.chosen.get(tab.tabId) === tab.sessionId) self.chosen.delete(tab.tabId);
  self.reporter.note(tab, sessionOf(tab, self.chosen));
  update(self, { tab });
}

function onConfig(self: Self, stored: Config | null): void {
  const config = stored ?? self.host.defaults;
  const isConfigured = stored !== null || self.host.isServerGiven;
  if (self.state.client.type === "outdated" || sameServers(config, self.state.config)) {
    update(self, { config, isConfigured });
    return;
  }
  const old = readyClient(self.state);
  const client = buildClient(self, config);
  if (client.type === "ready") {
    client.client.setVisible(self.isVisible);
    client.client.setOnline(self.isOnline);
  }
  update(self, { config, isConfigured, client });
  followClient(self, old);
}

function followClient(self: Self, old: SidewireClient | null): void {
  const client = readyClient(self.state);
  self.connection.follow(client);
  client?.on("problem", ({ code }) => {
    if (code === "storage_full") storageFailed(self, "full");
    if (code === "storage_failed") storageFailed(self, "unusable");
  });
  // React lets go of the old client in the microtasks of this turn.
  if (old !== null) setTimeout(() => old.close());
}

function onToken(self: Self, isSignedIn: boolean): void {
  readyClient(self.state)?.tokenChanged();
  const account = self.state.account + (isSignedIn ? 0 : 1);
  if (!isSignedIn) self.chosen.clear();
  update(self, { isSignedIn, account, sending: { type: "idle" } });
}

/** Stops everything once the extension is gone from under this page: nothing here could be stored or told any more. */
function isUsable(self: Self): boolean {
  if (self.state.client.type === "outdated") return false;
  if (self.host.isAlive()) return true;
  const old = readyClient(self.state);
  update(self, { client: { type: "outdated" } });
  followClient(self, old);
  return false;
}

async function send(self: Self, content: string): Promise<boolean> {
  if (!isUsable(self)) return false;
  const client = readyClient(self.state);
  const { tab, sessionId, sending } = self.state;
  if (client === null || tab === null || sending.type === "opening") return false;

  const page = pageFields(tab.url);
  try {
    const target = sessionId ?? (await openSession(self, client, tab.tabId, page));
    client.sendMessage({ content, sessionId: target, ...page });
    if (self.state.sending.type !== "idle") update(self, { sending: { type: "idle" } });
    return true;
  } catch (error) {
    update(self, { sending: { type: "failed", tabId: tab.tabId, message: messageOf(error) } });
    return false;
  }
}

async function openSession(
  self: Self,
  client: SidewireClient,
  tabId: number,
  page: PageFields | null,
): Promise<string> {
  update(self, { sending: { type: "opening", tabId } });
  const { sessionId } = await client.createSession(page ?? {});
  bind(self, tabId, sessionId);
  return sessionId;
}

function bind(self: Self, tabId: number, sessionId: string | null): void {
  self.chosen.set(tabId, sessionId);
  update(self, { sending: { type: "idle" } });
  const isWanted = (): boolean => isUsable(self) && self.chosen.has(tabId) && self.chosen.get(tabId) === sessionId;
  void insist(() => self.host.tellWorker({ type: "bindTab", tabId, sessionId }), isWanted);
}

async function signInAs(self: Self, user: string): Promise<SignInResult> {
  const result = await signIn(self.host.post, self.state.config.apiBase, user);
  if (result.type === "signedIn") await self.host.account.signIn(result.token, self.state.config.tokenArea);
  return result;
}

function update(self: Self, change: Partial<PanelState>): void {
  const previous = self.state;
  const next = { ...previous, ...change };
  self.state = { ...next, sessionId: sessionOf(next.tab, self.chosen) };
  if (needsWatching(previous, self.state)) watchSession(self);
  for (const listener of self.listeners) listener();
}

function needsWatching(previous: PanelState, next: PanelState): boolean {
  const isFirst = previous.tab === null && next.tab !== null;
  return isFirst || previous.sessionId !== next.sessionId || previous.client !== next.client;
}

function watchSession({ state, connection }: Self): void {
  const client = readyClient(state);
  if (client === null) return;
  if (state.sessionId !== null) {
    connection.restore(client, state.sessionId);
    client.startSync(state.sessionId);
    return;
  }
  client.leaveSession();
  client.connect();
}

function buildClient({ host, messages }: Self, config: Config): ClientState {
  const { key, wsHost, wsPort, tls, apiBase, pollActiveMs, pollIdleMs } = config;
  const servers = { key: key === "" ? null : key, wsHost, wsPort, tls, apiBase, pollActiveMs, pollIdleMs };
  try {
    const options = { ...servers, token: () => host.account.token(), record: true, storage: messages };
    return { type: "ready", client: host.createClient(options) };
  } catch (error) {
    return { type: "unusable", message: messageOf(error) };
  }
}

function readyClient(state: PanelState): SidewireClient | null {
  return state.client.type === "ready" ? state.client.client : null;
}

function sessionOf(tab: ShownTab | null, chosen: ReadonlyMap<number, string | null>): string | null {
  if (tab === null) return null;
  const choice = chosen.get(tab.tabId);
  return choice === undefined ? tab.sessionId : choice;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
