import type { ErrorCode } from "../types/index.js";

/** Each code has a section of its own there, with cause and fix. */
const DOCS = "docs/errors.md";

/** Every error that Sidewire throws or rejects with. `code` is stable, `message` is a sentence. */
export class SidewireError extends Error {
  override readonly name = "SidewireError";
  readonly code: ErrorCode;
  /** HTTP status, when a request was answered. */
  readonly status: number | null;
  /** The server's own code, such as `SESSION_NOT_FOUND`, when it gave one. */
  readonly serverCode: string | null;

  constructor(code: ErrorCode, message: string, detail: { status?: number | null; serverCode?: string | null } = {}) {
    super(`${message} (see ${DOCS}#${code})`);
    this.code = code;
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
