/** What `doctor` can find, each with its sentence and what to do about it. */

/** The parts of a set-up that {@link doctor} looks at, in this order. */
export type DoctorCheck =
  | "settings"
  | "wasm"
  | "storage"
  | "connect"
  | "hosts"
  | "token"
  | "api"
  | "push"
  | "auth"
  | "subscription";

/** What was found, to switch on. Stable; the sentences are not. */
export type DoctorCode =
  | "works"
  | "not_tried"
  | "no_extension"
  | "bad_address"
  | "bad_port"
  | "cleartext"
  | "wasm_blocked"
  | "no_storage"
  | "connect_blocked"
  | "host_missing"
  | "host_not_granted"
  | "host_by_cors"
  | "no_token"
  | "token_failed"
  | "token_expired"
  | "offline"
  | "unreachable"
  | "timeout"
  | "cors"
  | "redirected"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "rate_limited"
  | "server_failed"
  | "bad_answer"
  | "no_key"
  | "nothing_listens"
  | "tls_mismatch"
  | "no_websocket"
  | "refused"
  | "closed_early"
  | "not_pusher"
  | "no_session"
  | "other_key"
  | "subscription_refused";

/** One result of {@link doctor}. Holds no token, no app key and no message. */
export interface DoctorFinding {
  readonly check: DoctorCheck;
  /** `null`: there was nothing to try, because an earlier check failed or this place has no such thing. */
  readonly ok: boolean | null;
  readonly code: DoctorCode;
  /** What was found, as a sentence. */
  readonly detail: string;
  /** What to do about it; `null` when there is nothing to do. */
  readonly fix: string | null;
  /** Time until the answer, in ms; `null` where nothing was waited for. */
  readonly ms: number | null;
  /** HTTP status of an answer, or close code of the socket; else `null`. */
  readonly status: number | null;
  /** The server's own code or words, such as `USER_MISMATCH`; at most 200 characters; else `null`. */
  readonly serverCode: string | null;
}

/** What the sentences are filled with. */
export interface Facts {
  /** The setting, address or permission that it is about. */
  readonly about?: string;
  readonly ms?: number;
  readonly status?: number;
  readonly serverCode?: string | null;
}

type Sentences = (facts: Required<Facts>) => readonly [detail: string, fix: string | null];

/** Nothing went wrong, but nothing was shown to work either. */
const UNKNOWN: ReadonlySet<DoctorCode> = new Set<DoctorCode>(["not_tried", "no_extension", "no_key", "no_session"]);
const GOOD: ReadonlySet<DoctorCode> = new Set<DoctorCode>(["works", "host_by_cors"]);

const SENTENCES: Record<DoctorCode, Sentences> = {
  works: ({ about }) => [about, null],
  not_tried: ({ about }) => [`Not tried: ${about}.`, null],
  no_extension: () => ["This is no page or worker of an extension, so there is no manifest to look at.", null],
  bad_address: ({ about }) => [`${about} is no address that can be used.`, "Give scheme, host and, if need be, port and path; no user, query or fragment."],
  bad_port: ({ about }) => [`${about} is no port.`, "Give wsPort a whole number from 1 to 65535."],
  cleartext: ({ about }) => [`${about} is not encrypted and leads to another computer.`, "Use https and wss (tls: true), or set allowCleartext."],
  wasm_blocked: () => ["The content security policy forbids WebAssembly.", "Add \"content_security_policy\": { \"extension_pages\": \"script-src 'self' 'wasm-unsafe-eval'; object-src 'self'\" } to manifest.json."],
  no_storage: () => ["The manifest has no permission \"storage\", so chromeToken, chromeStorage and the map of tabs do not work.", "Add \"storage\" to \"permissions\" in manifest.json."],
  connect_blocked: ({ about }) => [`The content security policy forbids requests to ${about}.`, `Add ${about} to connect-src of "content_security_policy" in manifest.json.`],
  host_missing: ({ about }) => [`The manifest asks for no access to ${about}.`, `Add "${about}" to "host_permissions" in manifest.json, or let the server allow the extension's origin (CORS).`],
  host_not_granted: ({ about }) => [`Chrome has not been allowed to access ${about} yet.`, `Call chrome.permissions.request({ origins: ["${about}"] }) in the handler of a click.`],
  host_by_cors: ({ about }) => [`Chrome gives no access to ${about}, but the server allows this origin. Each request may cost another one before it.`, null],
  no_token: () => ["The token provider gives no token: nobody is signed in.", "Sign in, or look at the key and area that the token is stored under."],
  token_failed: () => ["The token provider has failed.", "Look at what your token function throws; null means signed out."],
  token_expired: () => ["The token is a JWT that has expired.", "Renew it when your token function is called with { renew: true }, or sign in again."],
  offline: () => ["The browser is offline.", "Connect to a network."],
  unreachable: ({ about }) => [`${about} cannot be reached.`, "Check the address, whether the server runs, and its certificate."],
  timeout: ({ about }) => [`${about} has not answered in time.`, "Look at the server's load, and at proxies between."],
  cors: ({ about }) => [`${about} answers, but the browser withholds the answer: it does not allow this origin (CORS).`, "Add the API to \"host_permissions\", or let the server allow the origin of this page and the header Authorization."],
  redirected: ({ about }) => [`${about} answers with a redirect, which is not followed.`, "Set apiBase to the address that it leads to."],
  unauthorized: () => ["401: the token is missing, has expired, or is none of this server.", "Sign in again; look at issuer, audience and signing key of the token."],
  forbidden: () => ["403: this account may not do that.", "Look at the account's rights on the server."],
  not_found: ({ about }) => [`404: there is a server, but nothing at ${about}.`, "Check apiBase and authEndpoint, paths included."],
  rate_limited: () => ["429: the server asks for fewer requests.", "Try again in a while."],
  server_failed: ({ status }) => [`${String(status)}: the server had a problem.`, "Look at the server's log."],
  bad_answer: ({ about }) => [`The answer of ${about} is none of this API.`, "Check the address; the shapes are in docs/your-backend.md."],
  no_key: () => ["There is no app key, so there is no push: messages are polled.", "Set key to the app key of the push server."],
  nothing_listens: ({ about }) => [`Nothing answers at ${about}.`, "Check host and port, whether the push server runs, and the certificate."],
  tls_mismatch: ({ about }) => [`There is a server at ${about}, but it disagrees about encryption.`, "Change tls (or ws:// and wss:// in url): what is set is the opposite of what this port speaks."],
  no_websocket: ({ about }) => [`A web server answers at ${about}, but it opens no WebSocket.`, "Check the port; a proxy before the push server has to pass the headers Upgrade and Connection."],
  refused: ({ status, serverCode }) => [`The push server refuses with code ${String(status)}${serverCode === null || serverCode === "" ? "" : `: ${serverCode}`}.`, "4001: check the app key. The other codes are in docs/policy.md."],
  closed_early: () => ["The push server closes the socket before its first message: the app key is wrong, or it is over its quota.", "Check the app key and the push server's limits."],
  not_pusher: ({ about }) => [`What answers at ${about} does not speak the Pusher protocol.`, "Check the port."],
  no_session: () => ["There is no session yet whose channel could be signed.", "Create one, or give sessionId."],
  other_key: () => ["The signature is for another app key than the one that is set.", "Give backend and extension the same app: its key to both, its secret to the backend."],
  subscription_refused: ({ serverCode }) => [`The push server does not accept the signature${serverCode === null || serverCode === "" ? "" : `: ${serverCode}`}.`, "Give the backend the secret that belongs to the app key."],
};

/** A finding with its sentences. */
export function finding(check: DoctorCheck, code: DoctorCode, facts: Facts = {}): DoctorFinding {
  const { about = "", ms = null, status = null, serverCode = null } = facts;
  const [detail, fix] = SENTENCES[code]({ about, ms: ms ?? 0, status: status ?? 0, serverCode });
  const ok = UNKNOWN.has(code) ? null : GOOD.has(code);
  return Object.freeze({ check, ok, code, detail, fix, ms: ms === null ? null : Math.round(ms), status, serverCode });
}
