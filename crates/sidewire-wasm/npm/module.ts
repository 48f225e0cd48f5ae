import initWasm, { initSync as initWasmSync, RawClient, RawTabs } from "./wasm/sidewire_wasm.js";
import { SidewireError } from "./errors.js";

export { RawClient, RawTabs };

/** What `init` takes: nothing, an address, a response, bytes, or a compiled module. */
export type InitInput =
  | string
  | URL
  | Request
  | Response
  | BufferSource
  | WebAssembly.Module
  | Promise<Response>;

let ready = false;
let loading: Promise<void> | null = null;

/** Whether the module is loaded. */
export function isReady(): boolean {
  return ready;
}

/** Throws unless the module is loaded. */
export function requireReady(): void {
  if (!ready) {
    throw new SidewireError(
      "not_initialized",
      "Sidewire is not loaded yet: await init() from \"sidewire\", or call initSync() from \"sidewire/inline\", first",
    );
  }
}

/** Loads once; concurrent and later calls share the result. A failed load may be tried again. */
export function load(input: InitInput): Promise<void> {
  if (ready) return Promise.resolve();
  loading ??= initWasm({ module_or_path: input }).then(
    () => {
      ready = true;
    },
    (error: unknown) => {
      loading = null;
      throw loadError(error);
    },
  );
  return loading;
}

/** Loads at once from bytes or a module. */
export function loadSync(module: BufferSource | WebAssembly.Module): void {
  if (ready) return;
  try {
    initWasmSync({ module });
    ready = true;
  } catch (error) {
    throw loadError(error);
  }
}

function loadError(error: unknown): SidewireError {
  const detail = error instanceof Error ? error.message : String(error);
  if (/unsafe-eval|Content Security Policy|disallowed by embedder/i.test(detail)) {
    return new SidewireError(
      "wasm_blocked",
      "The page's content security policy blocks WebAssembly. Add to manifest.json: " +
        `"content_security_policy": {"extension_pages": "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'"}`,
    );
  }
  return new SidewireError("wasm_unavailable", `The WebAssembly module could not be loaded: ${detail}`);
}
