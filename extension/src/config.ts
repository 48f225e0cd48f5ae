/** Where the servers are and how the panel behaves. Stored as `sidewire:config`; build-time defaults otherwise. */

import type { TabScope } from "sidewire";

/** The storage key of the configuration, in `local`. */
export const CONFIG_KEY = "sidewire:config";

/** The servers to talk to, and how often to ask while push does not work. */
export interface Servers {
  readonly key: string;
  readonly wsHost: string;
  readonly wsPort: number;
  readonly tls: boolean;
  readonly apiBase: string;
  readonly pollActiveMs: number;
  readonly pollIdleMs: number;
}

/** Light, dark, or as the system has it. */
export type Appearance = "system" | "light" | "dark";

/** Where the token is kept: on this device, or until the browser is closed. */
export type TokenArea = "local" | "session";

/** What does not concern the servers. */
export interface Preferences {
  readonly scope: TabScope;
  readonly tokenArea: TokenArea;
  readonly appearance: Appearance;
}

/** Everything that can be set. */
export interface Config extends Servers, Preferences {}

/** A configuration as it is stored. */
export interface StoredConfig extends Config {
  readonly v: 2;
}

/** What the form of the servers holds: text as it was typed. */
export interface ServersForm {
  readonly key: string;
  readonly wsHost: string;
  readonly wsPort: string;
  readonly tls: boolean;
  readonly apiBase: string;
  /** Seconds. */
  readonly pollActive: string;
  /** Seconds. */
  readonly pollIdle: string;
}

/** A field of the form and what is wrong with it. */
export type FormProblem =
  | { readonly field: "key"; readonly code: "characters" }
  | { readonly field: "wsHost"; readonly code: "host" }
  | { readonly field: "wsPort"; readonly code: "port" }
  | { readonly field: "tls"; readonly code: "cleartext" }
  | { readonly field: "apiBase"; readonly code: "address" | "cleartext" }
  | { readonly field: "pollActive"; readonly code: "pollActive" }
  | { readonly field: "pollIdle"; readonly code: "pollIdle" | "pollOrder" };

/** A checked form. */
export type FormCheck =
  | { readonly type: "valid"; readonly servers: Servers }
  | { readonly type: "invalid"; readonly problems: readonly FormProblem[] };

/** Build-time values as the bundler gives them. */
export interface BuildDefaults {
  readonly pusherKey: string;
  readonly wsHost: string;
  readonly wsPort: string | number;
  readonly apiBase: string;
  /** Whether somebody named a server when it was built; otherwise the defaults are this computer's. */
  readonly isGiven: boolean;
}

/** Polling while messages arrive, and when idle: the least and the most, in seconds. */
export const POLL_LIMITS = { active: [1, 60], idle: [5, 600] } as const;

const POLL_ACTIVE_MS = 3_000;
const POLL_IDLE_MS = 30_000;

/** The configuration that a fresh installation starts with. */
export function defaultConfig(build: BuildDefaults): Config {
  const wsHost = build.wsHost.trim() || "127.0.0.1";
  const wsPort = Number(build.wsPort);

  return {
    key: build.pusherKey.trim(),
    wsHost,
    wsPort: isPort(wsPort) ? wsPort : 3005,
    tls: !isLoopback(wsHost),
    apiBase: parseApiBase(build.apiBase) ?? "http://127.0.0.1:3000",
    pollActiveMs: POLL_ACTIVE_MS,
    pollIdleMs: POLL_IDLE_MS,
    scope: "tab",
    tokenArea: "local",
    appearance: "system",
  };
}

/** Reads a stored configuration. Servers that cannot be used give `null`; a preference that makes no sense, its default. */
export function parseStoredConfig(value: unknown): Config | null {
  if (typeof value !== "object" || value === null) return null;
  const { v, key, wsHost, wsPort, tls, apiBase, ...rest } = value as Record<string, unknown>;
  // Version 1 had the servers only.
  if ((v !== 1 && v !== 2) || typeof key !== "string" || typeof wsHost !== "string") return null;
  if (typeof wsPort !== "number" || typeof tls !== "boolean" || typeof apiBase !== "string") return null;

  const polls = { pollActive: seconds(rest["pollActiveMs"], POLL_ACTIVE_MS), pollIdle: seconds(rest["pollIdleMs"], POLL_IDLE_MS) };
  const check = checkServers({ key, wsHost, wsPort: String(wsPort), tls, apiBase, ...polls });
  return check.type === "valid" ? { ...check.servers, ...parsePreferences(rest) } : null;
}

/** The form of the servers, ready to edit. */
export function formOf({ key, wsHost, wsPort, tls, apiBase, pollActiveMs, pollIdleMs }: Servers): ServersForm {
  const polls = { pollActive: String(pollActiveMs / 1_000), pollIdle: String(pollIdleMs / 1_000) };
  return { key, wsHost, wsPort: String(wsPort), tls, apiBase, ...polls };
}

/** Turns what was typed into servers, or says what is wrong with each field. */
export function checkServers(form: ServersForm): FormCheck {
  const key = form.key.trim();
  const wsHost = form.wsHost.trim().toLowerCase();
  const wsPort = /^\d{1,5}$/.test(form.wsPort.trim()) ? Number(form.wsPort) : Number.NaN;
  const apiBase = parseApiBase(form.apiBase);
  const pollActiveMs = parseSeconds(form.pollActive, POLL_LIMITS.active);
  const pollIdleMs = parseSeconds(form.pollIdle, POLL_LIMITS.idle);

  const problems: FormProblem[] = [];
  if (!/^[\w-]{0,128}$/.test(key)) problems.push({ field: "key", code: "characters" });
  if (!isHost(wsHost)) problems.push({ field: "wsHost", code: "host" });
  if (!isPort(wsPort)) problems.push({ field: "wsPort", code: "port" });
  if (!form.tls && isHost(wsHost) && !isLoopback(wsHost)) problems.push({ field: "tls", code: "cleartext" });
  if (apiBase === null) problems.push({ field: "apiBase", code: "address" });
  else if (isCleartext(apiBase)) problems.push({ field: "apiBase", code: "cleartext" });
  if (pollActiveMs === null) problems.push({ field: "pollActive", code: "pollActive" });
  if (pollIdleMs === null) problems.push({ field: "pollIdle", code: "pollIdle" });
  else if (pollActiveMs !== null && pollIdleMs < pollActiveMs) problems.push({ field: "pollIdle", code: "pollOrder" });

  if (problems.length > 0 || apiBase === null || pollActiveMs === null || pollIdleMs === null) {
    return { type: "invalid", problems };
  }
  return { type: "valid", servers: { key, wsHost, wsPort, tls: form.tls, apiBase, pollActiveMs, pollIdleMs } };
}

/** Whether two configurations lead to the same servers in the same way. */
export function sameServers(a: Servers, b: Servers): boolean {
  return (
    a.key === b.key &&
    a.wsHost === b.wsHost &&
    a.wsPort === b.wsPort &&
    a.tls === b.tls &&
    a.apiBase === b.apiBase &&
    a.pollActiveMs === b.pollActiveMs &&
    a.pollIdleMs === b.pollIdleMs
  );
}

/** The match pattern of the API's origin when it needs a permission, or `null` for loopback. */
export function originPattern({ apiBase }: Pick<Servers, "apiBase">): string | null {
  const url = new URL(apiBase);
  return isLoopback(url.hostname) ? null : `${url.protocol}//${url.hostname}/*`;
}

/** Whether a host name means this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

function parsePreferences({ scope, tokenArea, appearance }: Record<string, unknown>): Preferences {
  return {
    scope: scope === "window" || scope === "global" ? scope : "tab",
    tokenArea: tokenArea === "session" ? tokenArea : "local",
    appearance: appearance === "light" || appearance === "dark" ? appearance : "system",
  };
}

function seconds(value: unknown, otherwise: number): string {
  return String((typeof value === "number" ? value : otherwise) / 1_000);
}

function parseSeconds(text: string, [least, most]: readonly [number, number]): number | null {
  const value = /^\d{1,3}(\.\d)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value * 1_000 : null;
}

function parseApiBase(text: string): string | null {
  const url = parseUrl(text.trim());
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return null;
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function isCleartext(apiBase: string): boolean {
  const url = new URL(apiBase);
  return url.protocol === "http:" && !isLoopback(url.hostname);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function isHost(host: string): boolean {
  return host === "[::1]" || (host.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host));
}
