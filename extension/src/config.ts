/** Where the push server and the API are. Stored as `sidewire:config`; build-time defaults otherwise. */

/** The storage key of the configuration, in `local`. */
export const CONFIG_KEY = "sidewire:config";

/** The servers to talk to. */
export interface Config {
  readonly key: string;
  readonly wsHost: string;
  readonly wsPort: number;
  readonly tls: boolean;
  readonly apiBase: string;
}

/** A configuration as it is stored. */
export interface StoredConfig extends Config {
  readonly v: 1;
}

/** What the options form holds: text as it was typed. */
export interface ConfigForm {
  readonly key: string;
  readonly wsHost: string;
  readonly wsPort: string;
  readonly tls: boolean;
  readonly apiBase: string;
}

/** A field of the form and what is wrong with it. */
export type ConfigProblem =
  | { readonly field: "key"; readonly code: "characters" }
  | { readonly field: "wsHost"; readonly code: "host" }
  | { readonly field: "wsPort"; readonly code: "port" }
  | { readonly field: "tls"; readonly code: "cleartext" }
  | { readonly field: "apiBase"; readonly code: "address" | "cleartext" };

/** A checked form. */
export type ConfigCheck =
  | { readonly type: "valid"; readonly config: Config }
  | { readonly type: "invalid"; readonly problems: readonly ConfigProblem[] };

/** Build-time values as the bundler gives them. */
export interface BuildDefaults {
  readonly pusherKey: string;
  readonly wsHost: string;
  readonly wsPort: string | number;
  readonly apiBase: string;
}

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
  };
}

/** Reads a stored configuration; anything unknown or invalid gives `null`. */
export function parseStoredConfig(value: unknown): Config | null {
  if (typeof value !== "object" || value === null) return null;
  const { v, key, wsHost, wsPort, tls, apiBase } = value as Record<string, unknown>;
  if (v !== 1 || typeof key !== "string" || typeof wsHost !== "string") return null;
  if (typeof wsPort !== "number" || typeof tls !== "boolean" || typeof apiBase !== "string") return null;

  const check = checkConfig({ key, wsHost, wsPort: String(wsPort), tls, apiBase });
  return check.type === "valid" ? check.config : null;
}

/** The form of a configuration, ready to edit. */
export function formOf(config: Config): ConfigForm {
  return { ...config, wsPort: String(config.wsPort) };
}

/** Turns what was typed into a configuration, or says what is wrong with each field. */
export function checkConfig(form: ConfigForm): ConfigCheck {
  const key = form.key.trim();
  const wsHost = form.wsHost.trim().toLowerCase();
  const wsPort = /^\d{1,5}$/.test(form.wsPort.trim()) ? Number(form.wsPort) : Number.NaN;
  const apiBase = parseApiBase(form.apiBase);

  const problems: ConfigProblem[] = [];
  if (!/^[\w-]{0,128}$/.test(key)) problems.push({ field: "key", code: "characters" });
  if (!isHost(wsHost)) problems.push({ field: "wsHost", code: "host" });
  if (!isPort(wsPort)) problems.push({ field: "wsPort", code: "port" });
  if (!form.tls && isHost(wsHost) && !isLoopback(wsHost)) problems.push({ field: "tls", code: "cleartext" });
  if (apiBase === null) problems.push({ field: "apiBase", code: "address" });
  else if (isCleartext(apiBase)) problems.push({ field: "apiBase", code: "cleartext" });

  if (problems.length > 0 || apiBase === null) return { type: "invalid", problems };
  return { type: "valid", config: { key, wsHost, wsPort, tls: form.tls, apiBase } };
}

/** Whether two configurations lead to the same servers. */
export function sameConfig(a: Config, b: Config): boolean {
  return (
    a.key === b.key &&
    a.wsHost === b.wsHost &&
    a.wsPort === b.wsPort &&
    a.tls === b.tls &&
    a.apiBase === b.apiBase
  );
}

/** The match pattern of the API's origin when it needs a permission, or `null` for loopback. */
export function originPattern(config: Config): string | null {
  const url = new URL(config.apiBase);
  return isLoopback(url.hostname) ? null : `${url.protocol}//${url.hostname}/*`;
}

/** Whether a host name means this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
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
