import type { ErrorCode } from "../types/index.js";

/** In the package. Each code has a section of its own there, with cause and fix. */
const DOCS = "sidewire/docs/errors.md";

/** What a server said is for people in front of a panel; only what a developer has to mend carries the link in its text. */
const TOLD_TO_USERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["request_failed", "load_failed"]);

/**
 * Every error that Sidewire throws or rejects with. `code` is stable, `message` is a sentence, `docs` names the section
 * about it.
 *
 * ```ts
 * try {
 *   await client.loadMessages("my-session");
 * } catch (error) {
 *   if (error instanceof SidewireError && error.code === "load_failed") console.warn(error.status, error.serverCode);
 * }
 * ```
 */
export class SidewireError extends Error {
  override readonly name = "SidewireError";
  readonly code: ErrorCode;
  /** Where cause and fix are described, such as `sidewire/docs/errors.md#wasm_blocked`: a file of the package. */
  readonly docs: string;
  /** HTTP status, when a request was answered; else `null`. */
  readonly status: number | null;
  /** The server's own code, such as `SESSION_NOT_FOUND`, when it gave one; else `null`. */
  readonly serverCode: string | null;

  constructor(code: ErrorCode, message: string, detail: { status?: number | null; serverCode?: string | null } = {}) {
    const docs = `${DOCS}#${code}`;
    super(TOLD_TO_USERS.has(code) ? message : `${message} (see ${docs})`);
    this.code = code;
    this.docs = docs;
    this.status = detail.status ?? null;
    this.serverCode = detail.serverCode ?? null;
  }
}

const CODES: ReadonlySet<string> = new Set(["bad_config", "bad_session_id", "no_session"]);

/** Runs a call into the module and gives what it throws its class. */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof Error && "code" in error && typeof error.code === "string" && CODES.has(error.code)) {
      throw new SidewireError(error.code as ErrorCode, error.message);
    }
    throw error;
  }
}
