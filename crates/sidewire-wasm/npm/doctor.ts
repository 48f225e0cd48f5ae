import { checkConnect, checkHosts, checkStorage, checkWasm } from "./doctor_chrome.js";
import { finding, type DoctorCheck, type DoctorFinding } from "./doctor_findings.js";
import { checkPush, type Line } from "./doctor_push.js";
import { checkApi, checkAuth, checkToken, notTried } from "./doctor_rest.js";
import { report } from "./report.js";
import { type DoctorSettings, type Places, readSettings } from "./doctor_settings.js";

/** What {@link doctor} looks at: what a client is built with, and how long to wait. */
export interface DoctorOptions extends DoctorSettings {
  /** Whose channel is signed. Default: the newest session that the API lists. */
  readonly sessionId?: string;
  /** How long each answer is waited for, in ms. Default 8000. */
  readonly patienceMs?: number;
  /** Told of each finding as soon as there is one; in another order than the result's. */
  readonly onFinding?: (finding: DoctorFinding) => void;
}

/** Nothing is waited for longer. */
const PATIENCE_MS = 8_000;

const ORDER: readonly DoctorCheck[] = ["settings", "wasm", "storage", "connect", "hosts", "token", "api", "push", "auth", "subscription"];

/**
 * Looks at everything that a client needs and says what is wrong and what to do: addresses, manifest, host permission,
 * token, API, push server (host, port, TLS, app key), signature and subscription. Asks each server once or twice, as a client
 * would, and changes nothing. Give it what you give to `createClient`; `init` is not needed.
 *
 * ```ts
 * import { doctor } from "sidewire/chrome";
 *
 * const findings = await doctor({ key: "app-key", url: "wss://push.example.com", apiBase: "https://api.example.com", token: () => "secret" });
 * for (const { check, ok, detail, fix } of findings) if (ok === false) console.warn(check, detail, fix);
 * ```
 *
 * @returns One finding for each check, in the order of {@link DoctorCheck}. Never rejects.
 */
export async function doctor(options: DoctorOptions): Promise<readonly DoctorFinding[]> {
  const found: DoctorFinding[] = [];
  const tell = (one: DoctorFinding): void => {
    found.push(one);
    try {
      options.onFinding?.(one);
    } catch (error) {
      report(error);
    }
  };
  const { places, finding: settings } = readSettings(options);
  tell(settings);
  tell(checkWasm());
  tell(checkStorage());
  if (places === null) {
    tell((await checkToken(options)).finding);
    for (const check of ["connect", "hosts", "api", "push", "auth", "subscription"] as const) tell(notTried(check, "the settings cannot be used"));
  } else {
    await examine(places, options, tell);
  }
  return found.sort((a, b) => ORDER.indexOf(a.check) - ORDER.indexOf(b.check));
}

/** Everything that needs an address. API and push server are tried at the same time. */
async function examine(places: Places, options: DoctorOptions, tell: (one: DoctorFinding) => void): Promise<void> {
  const { patienceMs = PATIENCE_MS, allowCleartext = false } = options;
  tell(checkConnect(places));
  const hosts = await checkHosts(places);
  const hasAccess = hosts(false).ok === true;
  const { token, finding: tokenFinding } = await checkToken(options);
  tell(tokenFinding);

  const [api, push] = await Promise.all([
    checkApi(places, token, hasAccess, patienceMs).then((result) => {
      tell(result.finding);
      tell(hosts(result.finding.status !== null));
      return result;
    }),
    checkPush(places, allowCleartext, patienceMs).then((result) => (tell(result.finding), result)),
  ]);
  const sessionId = options.sessionId ?? api.sessionId;
  if (push.line === null || sessionId === null) {
    tell(push.line === null ? notTried("auth", "there is no connection to sign for") : finding("auth", "no_session"));
    tell(notTried("subscription", "there is no signature"));
    push.line?.close();
    return;
  }
  await examineChannel(places, push.line, sessionId, { token, hasAccess, patienceMs, prefix: options.channelPrefix ?? "private-session-" }, tell);
}

interface Means {
  readonly token: string | null;
  readonly hasAccess: boolean;
  readonly patienceMs: number;
  readonly prefix: string;
}

async function examineChannel(places: Places, line: Line, sessionId: string, means: Means, tell: (one: DoctorFinding) => void): Promise<void> {
  const channel = means.prefix + sessionId;
  const { auth, finding: authFinding } = await checkAuth(places, channel, line.socketId, means.token, means.hasAccess, means.patienceMs);
  tell(authFinding);
  tell(auth === null ? notTried("subscription", "there is no signature") : await line.subscribe(channel, auth));
  line.close();
}
