/** Words of the options page about what was typed, and about whether it works. */

import type { DoctorCheck, DoctorCode } from "sidewire/chrome";

/** What is wrong with a field. */
export const problemTexts = {
  characters: "Only letters, digits, - and _.",
  host: "A host name such as push.example.com, without ws:// and port.",
  port: "A number from 1 to 65535.",
  address: "A full address that starts with https:// or http://, without query.",
  cleartext: "Only this computer may be reached without encryption.",
  pollActive: "A number of seconds from 1 to 60.",
  pollIdle: "A number of seconds from 5 to 600.",
  pollOrder: "Not less than the number before.",
} as const;

/** What a sentence about a finding is filled with. */
interface Facts {
  readonly ms: number;
  readonly status: number;
  readonly words: string;
}

const behind = (words: string): string => (words === "" ? "." : `: ${words}`);
const checkAddress = "Check the address.";

/** What the test of the connection finds, by the package's codes. */
const found: Record<DoctorCode, (facts: Facts) => string> = {
  works: ({ ms }) => `Works, ${ms} ms for an answer.`,
  not_tried: () => "Not tried.",
  no_extension: () => "Not tried.",
  bad_address: () => checkAddress,
  bad_port: () => problemTexts.port,
  cleartext: () => problemTexts.cleartext,
  wasm_blocked: () => "This browser's policy forbids WebAssembly, without which the extension cannot run.",
  no_storage: () => "The extension may not store anything.",
  connect_blocked: () => "The extension's own policy does not let it reach this address.",
  host_missing: () => "The extension was built for other servers: Chrome does not let it access this address.",
  host_not_granted: () => "Chrome does not let the extension access this address yet. Save asks for it.",
  host_by_cors: () => "Chrome gives no access to this address, but the server lets the extension in.",
  no_token: () => "You are signed out. Sign in above.",
  token_failed: () => "The sign-in could not be read. Sign in again above.",
  token_expired: () => "The sign-in has expired. Sign in again above.",
  offline: () => "The browser is offline.",
  unreachable: () => "No answer: check the address, whether the server runs, and its certificate.",
  timeout: () => "No answer within 8 seconds.",
  cors: () => "The server answers, but not to this extension: it has to allow the extension's origin (CORS), or Chrome has to let the extension access the address.",
  redirected: () => "The server leads to another address, which is not followed. Use that address.",
  unauthorized: () => "401: the sign-in is missing or has expired. Sign in above.",
  forbidden: () => "403: this account may not use the API.",
  not_found: () => `404: there is a server, but not this API. ${checkAddress}`,
  rate_limited: () => "429: the server asks for fewer requests. Try again in a while.",
  server_failed: ({ status }) => `${status}: the server had a problem.`,
  bad_answer: () => `The answer is none of this API. ${checkAddress}`,
  no_key: () => "Not tried: without an app key there is no push. Messages are fetched instead.",
  nothing_listens: () => "No connection: check host and port, whether the server runs, and its certificate.",
  tls_mismatch: () => "There is a server, but it disagrees about encryption: change the box for TLS.",
  no_websocket: () => "There is a web server, but it opens no WebSocket: check the port, or the proxy before the push server.",
  refused: ({ status, words }) => `Refused with code ${status}${behind(words)}`,
  closed_early: () => "Refused before the first message: the app key is wrong, or the server is over its quota.",
  not_pusher: () => "It accepts connections but does not speak the Pusher protocol. Check the port.",
  no_session: () => "Not tried: you have no conversation yet.",
  other_key: () => "The server signs for another app key than the one above.",
  subscription_refused: ({ words }) => `The push server does not accept the server's signature${behind(words)}`,
};

/** Words of the test of the connection. */
export const testTexts = {
  run: "Test connection",
  running: "Testing…",
  label: "Result of the test",
  checks: {
    settings: "Settings",
    wasm: "WebAssembly",
    storage: "Storage",
    connect: "Policy",
    hosts: "Permission",
    token: "Sign-in",
    api: "API",
    push: "Push server",
    auth: "Channel",
    subscription: "Subscription",
  } satisfies Record<DoctorCheck, string>,
  allowed: "Chrome lets the extension access this address.",
  signed: (ms: number): string => `Signed for your newest conversation, ${ms} ms.`,
  notSigned: (status: number, code: string): string => `${status}: the server does not sign the channel of your own conversation${code === "" ? "" : ` (${code})`}.`,
  found,
} as const;
