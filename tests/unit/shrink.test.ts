import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

interface Names {
  readonly imports: readonly (readonly [module: string, name: string, short: string])[];
  readonly exports: readonly (readonly [name: string, short: string])[];
}

interface Glue {
  readonly withoutUnusedImports: (glue: string, used: ReadonlySet<string>) => string;
  readonly rename: (glue: string, names: Names) => string;
  readonly forPresentEngines: (glue: string) => string;
}

interface Order {
  readonly bySimilarity: (codes: readonly Buffer[]) => readonly number[];
  readonly ordered: (bytes: Buffer) => Promise<Buffer>;
}

interface Sizes {
  readonly functionsOf: (bytes: Buffer) => { readonly functions: readonly { readonly name: string; readonly size: number; readonly code: Buffer }[] };
  readonly ownerOf: (name: string) => string;
}

const script = (name: string): string => new URL(`tools/scripts/lib/${name}`, pathToFileURL(`${process.cwd()}/`)).href;
const { forPresentEngines, rename, withoutUnusedImports } = (await import(script("shrink-glue.mjs"))) as Glue;
const { bySimilarity, ordered } = (await import(script("order-functions.mjs"))) as Order;
const { functionsOf, ownerOf } = (await import(script("wasm-names.mjs"))) as Sizes;

const GLUE = `let wasm;
function debugString(value) { return String(value); }
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_debug_01: function(arg0) {
            const ret = debugString(arg0);
            return ret;
        },
        __wbg_now_02: function() {
            return performance.now();
        },
        __wbg_abort_03: function() { return handleError(function (arg0) {
            arg0.abort();
        }, arguments); },
    };
    return { __proto__: null, "./module_bg.js": import0 };
}
export function run() { return wasm.client_run(wasm.memory); }
`;

test("functions that the module no longer imports leave the glue, the others stay as they are", () => {
  const kept = withoutUnusedImports(GLUE, new Set(["__wbg_now_02", "__wbg_abort_03"]));

  assert.ok(!kept.includes("__wbg_debug_01"));
  assert.ok(kept.includes("__wbg_now_02: function() {\n            return performance.now();\n        },"));
  assert.ok(kept.includes("}, arguments); },\n    };"));
  assert.throws(() => withoutUnusedImports("nothing of the kind", new Set()), /wasm-bindgen has changed/);
});

test("the glue calls the module by its short names and is found by it under its own", () => {
  const names: Names = {
    imports: [
      ["./module_bg.js", "__wbg_now_02", "a"],
      ["./module_bg.js", "__wbg_abort_03", "b"],
    ],
    exports: [
      ["client_run", "c"],
      ["memory", "d"],
    ],
  };

  const renamed = rename(withoutUnusedImports(GLUE, new Set(["__wbg_now_02", "__wbg_abort_03"])), names);

  assert.ok(renamed.includes("        a: function() {") && renamed.includes("        b: function() {"));
  assert.ok(renamed.includes("wasm.c(wasm.d)"));
  assert.ok(renamed.includes('"a": import0'));
});

test("the glue keeps the way of present engines where it has one for older ones too, and another glue is refused", () => {
  const old = `if (Symbol.dispose) Client.prototype[Symbol.dispose] = Client.prototype.free;
const Finalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.free(ptr));
function view() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
}
function pass(arg, malloc, realloc) {
    if (realloc === undefined) {
        return slowly(arg);
    }
    return quickly(arg);
}
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        numBytesDecoded = bytes.length;
    }
    return decoder.decode(bytes);
}
if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = slowly;
}
function initSync(module) {
    if (module !== undefined) {
        console.warn("deprecated");
    }
    return module;
}
`;

  assert.equal(
    forPresentEngines(old),
    `const Finalization = new FinalizationRegistry(ptr => wasm.free(ptr));
function view() {
    if (cachedDataViewMemory0?.buffer !== wasm.memory.buffer) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
}
function pass(arg, malloc, realloc) {
    return quickly(arg);
}
function decodeText(bytes) {
    return decoder.decode(bytes);
}
function initSync(module) {
    ({ module } = module);
    return module;
}
`,
  );
  assert.throws(() => forPresentEngines(old.replace("MAX_SAFARI", "MOST")), /wasm-bindgen has changed/);
});

test("each function is followed by the one that has most in common with it", () => {
  const codes = ["ab", "the first story", "1234567890123", "the second story", "123456789012", "the first stories"].map((text) => Buffer.from(text));

  assert.deepEqual(bySimilarity(codes), [0, 1, 5, 3, 2, 4]);
});

test("a module with its functions in another order does what it did", async () => {
  // Exports a, b and c: 1 + 0 + 0, then a() * a() - a() + 5, then what differs from the first in one number alone.
  const sum = (value: number): number[] => [0, 0x41, value, 0x41, 0, 0x41, 0, 0x6a, 0x6a, 0x0b];
  const bodies = [
    sum(1),
    [0, 0x10, 0, 0x10, 0, 0x6c, 0x10, 0, 0x6b, 0x41, 5, 0x6a, 0x0b],
    sum(2),
  ].flatMap((body) => [body.length, ...body]);
  const exported = ["a", "b", "c"].flatMap((name, index) => [1, name.charCodeAt(0), 0, index]);
  const bytes = Buffer.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 4, 3, 0, 0, 0, 7, 13, 3, ...exported, 10, bodies.length + 1, 3, ...bodies]);

  const result = await ordered(bytes);

  const lengths = functionsOf(result).functions.map(({ size }) => size);
  const { a, b, c } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(result))).exports as Record<string, () => number>;
  assert.deepEqual(lengths, [10, 10, 13]);
  assert.deepEqual([a?.(), b?.(), c?.()], [1, 5, 2]);
});

test("the size report counts every function under the part that it belongs to", () => {
  // A module with one function of three bytes and its name.
  const name = "sidewire_core::json::parse::h0123456789abcdef";
  const named = [1, name.length + 3, 1, 0, name.length, ...Buffer.from(name)];
  const custom = [4, ...Buffer.from("name"), ...named];
  const bytes = Buffer.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 5, 1, 3, 0, 1, 11, 0, custom.length, ...custom]);

  const { functions } = functionsOf(bytes);

  assert.deepEqual(functions, [{ name, size: 3, code: Buffer.from([0, 1, 11]) }]);
  assert.equal(ownerOf(name), "sidewire-core json");
  assert.equal(ownerOf("<alloc[0123456789abcdef]::vec::Vec<T> as core::clone::Clone>::clone"), "alloc vec");
  assert.equal(ownerOf("rawclient_connect"), "sidewire-wasm exports");
  assert.equal(ownerOf("gloo_net::http::request::Request::send"), "gloo_net");
});
