import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import ts from "typescript";

interface Scan {
  readonly scanScript: (compiler: typeof ts, name: string, text: string) => readonly string[];
}

const address = new URL("tools/scripts/lib/bundle-scan.mjs", pathToFileURL(`${process.cwd()}/`));
const { scanScript } = (await import(address.href)) as Scan;

const scan = (text: string, name = "pkg/x.js"): readonly string[] => scanScript(ts, name, text);

for (const [what, text] of [
  ["eval", "eval(text)"],
  ["a function made of text", "new Function('return 1')"],
  ["a timer with text", "setTimeout('run()', 1)"],
  ["an import while running", "const m = await import('./x.js')"],
  ["importScripts", "importScripts('x.js')"],
  ["document.write", "document.write(html)"],
  ["a script element", "document.createElement('script')"],
  ["an address that nobody configured", "fetch('https://sockjs-local.pusher.com/info')"],
  ["an address in a template", "fetch(`wss://js.pusher.com/${version}`)"],
  ["a guard for Node", "if (typeof process !== 'undefined') run()"],
] as const) {
  test(`${what} is found`, () => {
    assert.equal(scan(text).length, 1, text);
  });
}

test("what only looks like it is left alone", () => {
  const text = "// eval(text) https://example.org\nconst s = 'evaluate'; setTimeout(run, 1); document.createElement('style'); const u = 'http://www.w3.org/2000/svg';";

  assert.deepEqual(scan(text), []);
});

test("what is found is told with file and line", () => {
  assert.deepEqual(scan("\n\neval(x)"), ["pkg/x.js:3 makes code of text"]);
});
