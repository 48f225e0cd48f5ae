import { connectSources, isIncluded } from "./csp.js";
import { finding, type DoctorFinding } from "./doctor_findings.js";
import type { Places } from "./doctor_settings.js";

/** The keys of a manifest that are looked at. */
interface Manifest {
  readonly permissions?: readonly string[];
  readonly host_permissions?: readonly string[];
  readonly optional_host_permissions?: readonly string[];
  readonly content_security_policy?: { readonly extension_pages?: string };
}

interface ExtensionApi {
  readonly runtime?: { getManifest?(): Manifest };
  readonly permissions?: { contains(wanted: { origins: string[] }): Promise<boolean> };
}

/** The least module there is. */
const EMPTY_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

function api(): ExtensionApi {
  return (globalThis as { chrome?: ExtensionApi }).chrome ?? {};
}

/** `null` outside of extensions, and in a page that outlived its extension. */
function manifest(): Manifest | null {
  try {
    return api().runtime?.getManifest?.() ?? null;
  } catch {
    return null;
  }
}

/** Whether WebAssembly may run here: found out by trying. */
export function checkWasm(): DoctorFinding {
  try {
    new WebAssembly.Module(EMPTY_MODULE);
    return finding("wasm", "works", { about: "WebAssembly may run here." });
  } catch {
    return finding("wasm", "wasm_blocked");
  }
}

/** Whether the manifest has the permission that the rest of `sidewire/chrome` needs. */
export function checkStorage(): DoctorFinding {
  const read = manifest();
  if (read === null) return finding("storage", "no_extension");
  return read.permissions?.includes("storage") ? finding("storage", "works", { about: "The manifest has the permission \"storage\"." }) : finding("storage", "no_storage");
}

/** Whether the policy of the extension's pages lets them reach the servers. */
export function checkConnect({ key, push, api: rest, auth }: Places): DoctorFinding {
  const read = manifest();
  if (read === null) return finding("connect", "no_extension");
  const sources = connectSources(read.content_security_policy?.extension_pages ?? "");
  const places = [rest, auth, ...(key === null ? [] : [push])];
  const blocked = sources === null ? undefined : places.find((place) => !isIncluded(sources, place));
  return blocked === undefined
    ? finding("connect", "works", { about: "The content security policy lets pages reach the servers." })
    : finding("connect", "connect_blocked", { about: `${blocked.protocol}//${blocked.host}` });
}

/** Whether Chrome gives access to the hosts of API and authorisation endpoint. `isAnswered`: the API was read all the same. */
export async function checkHosts({ api: rest, auth }: Places): Promise<(isAnswered: boolean) => DoctorFinding> {
  const { permissions } = api();
  const read = manifest();
  if (permissions === undefined || read === null) return () => finding("hosts", "no_extension");
  for (const url of [rest, auth]) {
    const about = `${url.protocol}//${url.hostname}/*`;
    if (await permissions.contains({ origins: [about] }).catch(() => false)) continue;
    const isOffered = [...(read.host_permissions ?? []), ...(read.optional_host_permissions ?? [])].some((pattern) => covers(pattern, url));
    return (isAnswered) => finding("hosts", isAnswered && url === rest ? "host_by_cors" : isOffered ? "host_not_granted" : "host_missing", { about });
  }
  return () => finding("hosts", "works", { about: "Chrome gives access to the API's host." });
}

/** Whether a match pattern includes an address; paths are not looked at. */
function covers(pattern: string, { protocol, hostname }: URL): boolean {
  if (pattern === "<all_urls>") return true;
  const [, scheme = "", host = ""] = /^(\*|https?):\/\/([^/:]+|\[[^\]]*\])/.exec(pattern) ?? [];
  if (scheme !== "*" && `${scheme}:` !== protocol) return false;
  return host === "*" || host === hostname || (host.startsWith("*.") && (hostname === host.slice(2) || hostname.endsWith(host.slice(1))));
}
