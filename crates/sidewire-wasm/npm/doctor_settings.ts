import { finding, type DoctorFinding } from "./doctor_findings.js";
import type { ClientOptions } from "../types/index.js";

/** The settings of a client that {@link doctor} looks at. */
export type DoctorSettings = Pick<
  ClientOptions,
  "key" | "url" | "wsHost" | "wsPort" | "tls" | "apiBase" | "authEndpoint" | "channelPrefix" | "allowCleartext" | "token"
>;

/** Where a client with these settings goes. */
export interface Places {
  /** `null`: there is no app key. */
  readonly key: string | null;
  /** Address of the push server without the app key. */
  readonly push: URL;
  readonly api: URL;
  readonly auth: URL;
}

/** Reads settings as a client does. */
export function readSettings(settings: DoctorSettings): { readonly places: Places | null; readonly finding: DoctorFinding } {
  const { wsHost = "127.0.0.1", wsPort = 3005, tls = !isLoopback(wsHost), url, apiBase, authEndpoint = "" } = settings;
  const key = settings.key?.trim() ?? "";
  const failed = (code: "bad_address" | "bad_port" | "cleartext", about: string) => ({ places: null, finding: finding("settings", code, { about }) });
  if (!url && !(Number.isInteger(wsPort) && wsPort >= 1 && wsPort <= 65_535)) return failed("bad_port", `wsPort ${String(wsPort)}`);

  const pushText = url?.trim() || `${tls ? "wss" : "ws"}://${wsHost.trim()}:${String(wsPort)}`;
  const authText = authEndpoint.trim() || "/api/pusher/auth";
  const push = address(pushText, "ws");
  const api = address(apiBase, "http");
  const auth = authText.startsWith("/") ? api && new URL(base(api) + authText) : address(authText, "http");
  if (push === null) return failed("bad_address", url ? "url" : "wsHost");
  if (api === null) return failed("bad_address", "apiBase");
  if (auth === null) return failed("bad_address", "authEndpoint");
  for (const place of [push, api, auth]) {
    if (isCleartext(place) && settings.allowCleartext !== true) return failed("cleartext", place.origin);
  }
  return { places: { key: key === "" ? null : key, push, api, auth }, finding: finding("settings", "works", { about: "Every address can be used." }) };
}

/** An address without the slashes at its end, so that a path can follow. */
export function base(url: URL): string {
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/** The origin of a push server's address as one of the web. */
export function webOrigin({ protocol, host }: URL): string {
  return `${protocol === "wss:" ? "https" : "http"}://${host}`;
}

function isCleartext({ protocol, hostname }: URL): boolean {
  return (protocol === "http:" || protocol === "ws:") && !isLoopback(hostname);
}

/** Whether a host means this computer, as the client sees it. */
export function isLoopback(host: string): boolean {
  const name = host.trim().replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || name.endsWith(".localhost") || name.startsWith("127.");
}

function address(text: unknown, scheme: "ws" | "http"): URL | null {
  try {
    const url = new URL(String(text).trim());
    const isPlain = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
    return isPlain && (url.protocol === `${scheme}:` || url.protocol === `${scheme}s:`) ? url : null;
  } catch {
    return null;
  }
}
