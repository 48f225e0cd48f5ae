/** Saves servers once Chrome lets the extension reach them. */

import { originPattern, type Servers } from "../config";
import { optionsTexts } from "../texts";

/** What saving needs from the outside. */
export interface SaveHost {
  /** Asks the user for access to an origin; may throw, for example when nobody clicked. */
  allowOrigin(pattern: string): Promise<boolean>;
  save(servers: Servers): Promise<void>;
}

/** How it went. */
export type SaveOutcome = { readonly type: "saved" } | { readonly type: "failed"; readonly text: string };

/** Asks for the permission that the API's host needs, then saves. Never rejects; without the permission nothing is saved. */
export async function saveServers(host: SaveHost, servers: Servers): Promise<SaveOutcome> {
  const pattern = originPattern(servers);
  if (pattern !== null && !(await isAllowed(host, pattern))) {
    return { type: "failed", text: optionsTexts.notAllowed(new URL(servers.apiBase).hostname) };
  }
  try {
    await host.save(servers);
    return { type: "saved" };
  } catch {
    return { type: "failed", text: optionsTexts.saveFailed };
  }
}

/** A call that throws is a refusal too: without a click, or of an origin that the manifest does not offer. */
async function isAllowed(host: SaveHost, pattern: string): Promise<boolean> {
  try {
    return await host.allowOrigin(pattern);
  } catch {
    return false;
  }
}
