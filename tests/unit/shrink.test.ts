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
}

interface Sizes {
  readonly functionsOf: (bytes: Buffer) => { readonly functions: readonly { readonly name: string; readonly size: number }[] };
  readonly ownerOf: (name: string) => string;
}

const script = (name: string): string => new URL(`tools/scripts/lib/${name}`, pathToFileURL(`${process.cwd()}/`)).href;
const { rename, withoutUnusedImports } = (await import(script("shrink-glue.mjs"))) as Glue;
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

test("the size report counts every function under the part that it belongs to", () => {
  // A module with one function of three bytes and its name.
  const name = "sidewire_core::json::parse::h0123456789abcdef";
  const named = [1, name.length + 3, 1, 0, name.length, ...Buffer.from(name)];
  const custom = [4, ...Buffer.from("name"), ...named];
  const bytes = Buffer.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 5, 1, 3, 0, 1, 11, 0, custom.length, ...custom]);

  const { functions } = functionsOf(bytes);

  assert.deepEqual(functions, [{ name, size: 3 }]);
  assert.equal(ownerOf(name), "sidewire-core json");
  assert.equal(ownerOf("<alloc[0123456789abcdef]::vec::Vec<T> as core::clone::Clone>::clone"), "alloc vec");
  assert.equal(ownerOf("rawclient_connect"), "sidewire-wasm exports");
  assert.equal(ownerOf("gloo_net::http::request::Request::send"), "gloo_net");
});
