import { claimsOf } from "./jwt.js";
import { finding, type DoctorCheck, type DoctorCode, type DoctorFinding, type Facts } from "./doctor_findings.js";
import { base, type DoctorSettings, type Places } from "./doctor_settings.js";

/** The server's own words are not longer. */
const MAX_WORDS = 200;

/** The token as a client would get it, and what is wrong with it. */
export async function checkToken({ token: provider }: DoctorSettings): Promise<{ readonly token: string | null; readonly finding: DoctorFinding }> {
  const told = (code: DoctorCode, token: string | null, about = "") => ({ token, finding: finding("token", code, { about }) });
  try {
    const token = await provider({ renew: false });
    if (token === null || token === "") return told("no_token", null);
    const end = field(claimsOf(token), "exp");
    if (typeof end === "number" && end * 1000 <= Date.now()) return told("token_expired", token);
    return told("works", token, typeof end === "number" ? `The token is a JWT, valid until ${isoTime(end * 1000)}.` : "There is a token.");
  } catch {
    return told("token_failed", null);
  }
}

/** What the list of sessions says. */
export interface ApiResult {
  readonly finding: DoctorFinding;
  /** The newest session of the user. */
  readonly sessionId: string | null;
}

/** Reads the user's sessions, as a client does. `hasAccess`: an answer is not kept from this page by CORS. */
export async function checkApi({ api }: Places, token: string | null, hasAccess: boolean, patienceMs: number): Promise<ApiResult> {
  const about = `${base(api)}/api/session`;
  const answer = await ask(about, {}, token, patienceMs);
  const told = (code: DoctorCode, facts: Facts = {}): ApiResult => ({ finding: finding("api", code, { about, ...facts }), sessionId: null });
  if (answer.type === "none") return told(await causeOf(answer, api, hasAccess));
  const { status, ms, body } = answer;
  if (status !== 200) return told(codeOf(status), { status, ms, serverCode: serverCode(body, token) });
  const sessions = field(body, "sessions");
  if (!Array.isArray(sessions)) return told("bad_answer", { status, ms });
  const sessionId = field(sessions[0], "sessionId");
  const found = finding("api", "works", { about: "The API answers.", status, ms });
  return { finding: found, sessionId: typeof sessionId === "string" ? sessionId : null };
}

/** What the authorisation endpoint gives. */
export interface AuthResult {
  readonly finding: DoctorFinding;
  readonly auth: string | null;
}

/** Has a channel signed, as a client does. */
export async function checkAuth(places: Places, channel: string, socketId: string, token: string | null, hasAccess: boolean, patienceMs: number): Promise<AuthResult> {
  const about = base(places.auth);
  const told = (code: DoctorCode, facts: Facts = {}): AuthResult => ({ finding: finding("auth", code, { about, ...facts }), auth: null });
  const body = new URLSearchParams({ socket_id: socketId, channel_name: channel });
  const answer = await ask(about, { method: "POST", body }, token, patienceMs);
  if (answer.type === "none") return told(await causeOf(answer, places.auth, hasAccess));
  const { status, ms } = answer;
  if (status !== 200) return told(codeOf(status), { status, ms, serverCode: serverCode(answer.body, token) });
  const auth = field(answer.body, "auth");
  if (typeof auth !== "string") return told("bad_answer", { status, ms });
  if (!auth.startsWith(`${places.key ?? ""}:`)) return told("other_key", { status, ms });
  return { finding: finding("auth", "works", { about: "The channel of a session is signed.", status, ms }), auth };
}

type Answer =
  | { readonly type: "answer"; readonly status: number; readonly body: unknown; readonly ms: number }
  | { readonly type: "none"; readonly isLate: boolean };

/** One request as the client makes them: the token in one header, no cookies, no redirect. */
async function ask(url: string, init: RequestInit, token: string | null, patienceMs: number): Promise<Answer> {
  const started = performance.now();
  const signal = AbortSignal.timeout(patienceMs);
  const headers: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
  try {
    const response = await fetch(url, { ...init, ...PRIVATE, headers, signal, redirect: "error" });
    const body: unknown = await response.json().catch(() => null);
    return { type: "answer", status: response.status, body, ms: performance.now() - started };
  } catch {
    return { type: "none", isLate: signal.aborted };
  }
}

const PRIVATE = { credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" } as const satisfies RequestInit;

/** Whether anything answers at an address, whatever it says: no token, no cookie, and nothing of the answer is seen. */
export async function answers(url: string, patienceMs: number, init: RequestInit = { mode: "no-cors" }): Promise<boolean> {
  try {
    await fetch(url, { ...PRIVATE, ...init, signal: AbortSignal.timeout(patienceMs) });
    return true;
  } catch {
    return false;
  }
}

/** A failed request does not tell why; another one, whose answer nobody may read, tells whether there is a server. */
async function causeOf({ isLate }: { readonly isLate: boolean }, url: URL, hasAccess: boolean): Promise<DoctorCode> {
  if (isLate) return "timeout";
  const { navigator } = globalThis as { readonly navigator?: { readonly onLine?: boolean } };
  if (navigator?.onLine === false) return "offline";
  // Without CORS in the way only a redirect is left, wherever it leads.
  const isThere = await answers(url.href, PROBE_MS, hasAccess ? { redirect: "manual" } : { mode: "no-cors" });
  if (!isThere) return "unreachable";
  return hasAccess ? "redirected" : "cors";
}

/** A server that is asked whether it is there has just been asked something. */
export const PROBE_MS = 3_000;

function codeOf(status: number): DoctorCode {
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 404 || status === 405) return "not_found";
  if (status === 429) return "rate_limited";
  return status >= 500 ? "server_failed" : "bad_answer";
}

/** A server may repeat the token that it does not like; findings get into reports. */
function serverCode(body: unknown, token: string | null): string | null {
  const code = field(field(body, "error"), "code");
  if (typeof code !== "string") return null;
  return (token === null || token === "" ? code : code.replaceAll(token, "…")).slice(0, MAX_WORDS);
}

/** A field of what may be anything. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A moment as text; one beyond the calendar as its number. */
function isoTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

/** What is told of a check that could not be made. */
export function notTried(check: DoctorCheck, about: string): DoctorFinding {
  return finding(check, "not_tried", { about });
}
