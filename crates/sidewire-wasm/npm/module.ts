import { initSync as instantiate, RawClient, RawTabs } from "./wasm/sidewire_wasm.js";
import { SidewireError } from "./errors.js";

export { RawClient, RawTabs };

/** Where a module can come from: an address, a request, a response, bytes, or a compiled module. */
export type InitSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** What `init` takes: a source, a promise of one, or either in an object. */
export type InitInput = InitSource | Promise<InitSource> | { readonly module: InitSource | Promise<InitSource> };

let ready = false;
let loading: Promise<void> | null = null;

/** Throws unless the module is loaded. */
export function requireReady(): void {
  if (!ready) {
    throw new SidewireError(
      "not_initialized",
      "Sidewire is not loaded yet: call init() from \"sidewire\" (and await it) or from \"sidewire/inline\" first",
    );
  }
}

/** Loads once; concurrent and later calls share the result. A failed load may be tried again. */
export function load(input: InitInput): Promise<void> {
  if (ready) return Promise.resolve();
  loading ??= compile(input)
    .then(start)
    .catch((error: unknown) => {
      throw loadError(error);
    })
    .finally(() => {
      loading = null;
    });
  return loading;
}

/** Loads at once from bytes. */
export function loadSync(module: BufferSource): void {
  if (ready) return;
  try {
    start(new WebAssembly.Module(module));
  } catch (error) {
    throw loadError(error);
  }
}

/** The bytes of a base64 text. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Another load may have come first while this one compiled: a second instance would pull memory from under its clients. */
function start(module: WebAssembly.Module): void {
  if (ready) return;
  instantiate({ module });
  ready = true;
}

async function compile(input: InitInput): Promise<WebAssembly.Module> {
  const awaited = await input;
  const source = typeof awaited === "object" && "module" in awaited ? await awaited.module : awaited;
  if (typeof source === "string" || source instanceof URL || source instanceof Request) return compile(fetch(source));
  if (source instanceof Response) return compileAnswer(source);
  return isBytes(source) ? WebAssembly.compile(source) : source;
}

async function compileAnswer(answer: Response): Promise<WebAssembly.Module> {
  if (!answer.ok) throw new Error(`${answer.url || "the server"} answered with status ${answer.status}`);
  // A server that calls the file something else is no reason to fail: only streaming insists on the type.
  const isNamedWasm = answer.headers.get("Content-Type")?.startsWith("application/wasm") ?? false;
  return isNamedWasm ? WebAssembly.compileStreaming(answer) : WebAssembly.compile(await answer.arrayBuffer());
}

function isBytes(source: BufferSource | WebAssembly.Module): source is BufferSource {
  return source instanceof ArrayBuffer || ArrayBuffer.isView(source);
}

/** What Chromium, Firefox and Safari say when a policy stands in the way. */
const BLOCKED = /unsafe-eval|Content Security Policy|blocked by CSP|disallowed by embedder/i;

function loadError(error: unknown): SidewireError {
  const detail = error instanceof Error ? error.message : String(error);
  if (BLOCKED.test(detail)) {
    return new SidewireError(
      "wasm_blocked",
      "The page's content security policy blocks WebAssembly. Add to manifest.json: " +
        `"content_security_policy": {"extension_pages": "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'"}`,
    );
  }
  return new SidewireError(
    "wasm_unavailable",
    `The WebAssembly module could not be loaded: ${detail}. ` +
      "Where the file cannot be fetched (Node, one-file bundles), import \"sidewire/inline\" instead",
  );
}
