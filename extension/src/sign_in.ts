/** Signing in to a development backend (`POST /api/dev/sign-in`). */

/** How signing in went. */
export type SignInResult =
  | { readonly type: "signedIn"; readonly token: string }
  | { readonly type: "unreachable" }
  | { readonly type: "unsupported" }
  | { readonly type: "refused"; readonly message: string | null };

/** Sends one request; made to fit `fetch`. */
export type Post = (
  url: string,
  init: { readonly method: "POST"; readonly headers: Record<string, string>; readonly body: string },
) => Promise<{ readonly status: number; json(): Promise<unknown> }>;

/** Asks a development backend for a token. Never throws. */
export async function signIn(post: Post, apiBase: string, user: string): Promise<SignInResult> {
  try {
    const response = await post(`${apiBase}/api/dev/sign-in`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user }),
    });
    return readAnswer(response.status, await response.json().catch(() => null));
  } catch {
    return { type: "unreachable" };
  }
}

/** A stored token, or `null` when it is missing or cannot be one. */
export function parseToken(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function readAnswer(status: number, body: unknown): SignInResult {
  if (status === 404 || status === 405) return { type: "unsupported" };
  if (status !== 200 && status !== 201) return { type: "refused", message: errorMessage(body) };
  const token = parseToken(field(body, "accessToken"));
  return token === null ? { type: "refused", message: null } : { type: "signedIn", token };
}

function errorMessage(body: unknown): string | null {
  const message = field(field(body, "error"), "message");
  return typeof message === "string" ? message.slice(0, 200) : null;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
