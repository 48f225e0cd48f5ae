/** Whether the shown session may be read, and if not, what the server has told about it. */

import type { ClientSnapshot } from "sidewire";
import { unavailableTexts } from "../texts";

/** Why a session is not available: `unknown` in production, where servers do not tell. */
export type UnavailableKind = "unknown" | "gone" | "account" | "origin";

/** A session that is not available. */
export interface Unavailability {
  readonly kind: UnavailableKind;
  /** The HTTP status of the read. */
  readonly status: number;
  /** The server's own code, if it says why; in production it does not. */
  readonly code: string | null;
}

/**
 * What is known about a session that may not be read, or `null` when it may. A server answers a read of somebody else's
 * session as it answers one of none, so only its refusal to sign the channel tells the two apart.
 */
export function unavailability({ loadError, refusalCode }: Pick<ClientSnapshot, "loadError" | "refusalCode">): Unavailability | null {
  if (loadError === null || loadError.status === null) return null;
  if (loadError.code !== "FORBIDDEN" && loadError.code !== "NOT_FOUND") return null;
  const { serverCode } = loadError;
  const kind = kindOf(refusalCode, serverCode);
  const code = kind === "unknown" ? null : kind === "origin" ? (serverCode ?? refusalCode) : refusalCode;
  return { kind, status: loadError.status, code };
}

/** What a code means to a developer, or `null` for one that is not known. */
export function codeExplanation(code: string): string | null {
  return Object.hasOwn(unavailableTexts.codeTexts, code) ? unavailableTexts.codeTexts[code as keyof typeof unavailableTexts.codeTexts] : null;
}

function kindOf(refusalCode: string | null, readCode: string | null): UnavailableKind {
  if (/ORIGIN/.test(refusalCode ?? "") || /ORIGIN/.test(readCode ?? "")) return "origin";
  if (refusalCode === "USER_MISMATCH") return "account";
  if (refusalCode === "SESSION_NOT_FOUND") return "gone";
  return "unknown";
}
