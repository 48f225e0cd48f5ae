/** What the panel shows and may do, outside React: one client, one tab in front, one session. */

import type { ClientOptions, SidewireClient } from "sidewire";
import { CONFIG_KEY, parseStoredConfig, sameConfig, type Config } from "../config";
import type { WorkerMessage } from "../messages";
import { pageFields, type PageFields } from "../page_url";
import { parseToken, signIn, TOKEN_KEY, type Post, type SignInResult } from "../sign_in";
import { shownTab, TABS_KEY, type RestoreTabs, type ShownTab } from "../tabs/shown_tab";
import { createPageReporter, type PageReporter } from "./page_reporter";

/** Where a value is stored. */
type Area = "local" | "session";

/** What the store needs from the outside. */
export interface PanelHost {
  readonly windowId: number;
  readonly defaults: Config;
  createClient(options: ClientOptions): SidewireClient;
  readonly restoreTabs: RestoreTabs;
  read(area: Area, key: string): Promise<unknown>;
  write(area: Area, key: string, value: unknown): Promise<void>;
  remove(area: Area, key: string): Promise<void>;
  watch(area: Area, key: string, listener: (value: unknown) => void): () => void;
  lockStorage(): Promise<void>;
  tellWorker(message: WorkerMessage): Promise<unknown>;
  readonly post: Post;
}

/** The client, or why there is none. */
export type ClientState =
  | { readonly type: "ready"; readonly client: SidewireClient }
  | { readonly type: "unusable"; readonly message: string };

/** How the last message left the composer. */
export type Sending =
  | { readonly type: "idle" }
  | { readonly type: "opening"; readonly tabId: number }
  | { readonly type: "failed"; readonly tabId: number; readonly message: string };

/** Everything that the panel shows besides the client's own snapshot. */
export interface PanelState {
  readonly client: ClientState;
  readonly config: Config;
  readonly isSignedIn: boolean;
  /** Grows with every sign-out: what was loaded for one account is not shown to the next. */
  readonly account: number;
  /** The tab in front of this panel's window; `null` until the worker has told it. */
  readonly tab: ShownTab | null;
  /** The session of that tab; `null` for a new chat. */
  readonly sessionId: string | null;
  readonly sending: Sending;
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
  readonly signOut: () => Promise<void>;
  readonly setVisible: (isVisible: boolean) => void;
  readonly setOnline: (isOnline: boolean) => void;
}

/** Reads what is stored, builds the client and follows every change. */
export async function openPanelStore(host: PanelHost): Promise<PanelStore> {
  const [config, token, tabs] = await Promise.all([
    host.read("local", CONFIG_KEY),
    host.read("local", TOKEN_KEY),
    host.read("session", TABS_KEY),
  ]);
  const self = createSelf(host, parseStoredConfig(config) ?? host.defaults, parseToken(token) !== null);

  host.watch("local", CONFIG_KEY, (value) => onConfig(self, parseStoredConfig(value) ?? host.defaults));
  host.watch("local", TOKEN_KEY, (value) => onToken(self, parseToken(value) !== null));
  host.watch("session", TABS_KEY, (value) => onTabs(self, shownTab(host.restoreTabs, value, host.windowId)));
  onTabs(self, shownTab(host.restoreTabs, tabs, host.windowId));
  host.tellWorker({ type: "hello" }).catch(() => undefined);
  return facade(self);
}

/** The parts of a store that its functions share. */
interface Self {
  readonly host: PanelHost;
  readonly listeners: Set<() => void>;
  readonly reporter: PageReporter;
  /** What was chosen here and is not stored yet; `null` = a new chat that has no session to store. */
  readonly chosen: Map<number, string | null>;
  isVisible: boolean;
  isOnline: boolean;
  state: PanelState;
}

function createSelf(host: PanelHost, config: Config, isSignedIn: boolean): Self {
  const self: Self = {
    host,
    listeners: new Set(),
    reporter: createPageReporter((sessionId, fields) => {
      readyClient(self.state)?.updateSession(sessionId, fields).catch(() => undefined);
    }),
    chosen: new Map(),
    isVisible: true,
    isOnline: true,
    state: {
      client: buildClient(host, config),
      config,
      isSignedIn,
      account: 0,
      tab: null,
      sessionId: null,
      sending: { type: "idle" },
    },
  };
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
      if (self.state.tab !== null) bind(self, self.state.tab.tabId, sessionId);
    },
    newChat: () => {
      if (self.state.tab === null) return;
      self.chosen.set(self.state.tab.tabId, null);
      update(self, { sending: { type: "idle" } });
    },
    signIn: (user) => signInAs(self, user),
    signOut: () => self.host.remove("local", TOKEN_KEY),
    setVisible: (isVisible) => {
      self.isVisible = isVisible;
      readyClient(self.state)?.setVisible(isVisible);
    },
    setOnline: (isOnline) => {
      self.isOnline = isOnline;
      readyClient(self.state)?.setOnline(isOnline);
    },
  };
}

function onConfig(self: Self, config: Config): void {
  if (sameConfig(config, self.state.config)) return;
  const old = readyClient(self.state);
  const client = buildClient(self.host, config);
  if (client.type === "ready") {
    client.client.setVisible(self.isVisible);
    client.client.setOnline(self.isOnline);
  }
  update(self, { config, client });
  // React lets go of the old client in the microtasks of this turn.
  setTimeout(() => old?.close());
}

function onToken(self: Self, isSignedIn: boolean): void {
  readyClient(self.state)?.tokenChanged();
  const account = self.state.account + (isSignedIn ? 0 : 1);
  update(self, { isSignedIn, account, sending: { type: "idle" } });
}

function onTabs(self: Self, tab: ShownTab | null): void {
  if (tab !== null && self.chosen.get(tab.tabId) === tab.sessionId) self.chosen.delete(tab.tabId);
  self.reporter.note(tab, sessionOf(tab, self.chosen));
  update(self, { tab });
}

async function send(self: Self, content: string): Promise<boolean> {
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

function bind(self: Self, tabId: number, sessionId: string): void {
  self.chosen.set(tabId, sessionId);
  update(self, { sending: { type: "idle" } });
  self.host.tellWorker({ type: "bindTab", tabId, sessionId }).catch(() => undefined);
}

async function signInAs(self: Self, user: string): Promise<SignInResult> {
  const result = await signIn(self.host.post, self.state.config.apiBase, user);
  if (result.type !== "signedIn") return result;
  await self.host.lockStorage();
  await self.host.write("local", TOKEN_KEY, result.token);
  return result;
}

function update(self: Self, change: Partial<PanelState>): void {
  const previous = self.state;
  const next = { ...previous, ...change };
  self.state = { ...next, sessionId: sessionOf(next.tab, self.chosen) };
  if (needsWatching(previous, self.state)) watchSession(self.state);
  for (const listener of self.listeners) listener();
}

function needsWatching(previous: PanelState, next: PanelState): boolean {
  const isFirst = previous.tab === null && next.tab !== null;
  return isFirst || previous.sessionId !== next.sessionId || previous.client !== next.client;
}

function watchSession({ client, sessionId }: PanelState): void {
  if (client.type === "unusable") return;
  if (sessionId !== null) {
    client.client.startSync(sessionId);
    return;
  }
  client.client.leaveSession();
  client.client.connect();
}

function buildClient(host: PanelHost, config: Config): ClientState {
  const { key, ...servers } = config;
  const token = async (): Promise<string | null> => parseToken(await host.read("local", TOKEN_KEY));
  try {
    return { type: "ready", client: host.createClient({ ...servers, key: key === "" ? null : key, token }) };
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
