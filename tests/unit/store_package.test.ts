import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

type Files = Record<string, string>;
type Manifest = Record<string, unknown>;
interface Defaults {
  readonly isGiven: boolean;
  readonly apiBase: string;
  readonly wsHost: string;
  readonly wsPort: number;
}

const load = (name: string): Promise<unknown> => import(new URL(`tools/scripts/lib/store/${name}.mjs`, pathToFileURL(`${process.cwd()}/`)).href);
const { zip, unzip } = (await load("zip")) as { zip: (files: Files) => Buffer; unzip: (bytes: Buffer) => Record<string, Buffer> };
const { storeManifest } = (await load("manifest")) as { storeManifest: (manifest: Manifest, defaults: Defaults) => Manifest };
const { packagesIn } = (await load("licences")) as { packagesIn: (sources: readonly string[]) => readonly string[] };
const { storeProblems } = (await load("checks")) as {
  storeProblems: (packed: { files: Files; bytes: Buffer; defaults: Defaults }, limits: { reviewed: unknown; budget: number }) => Promise<readonly string[]>;
};

const json = (file: string): Manifest => JSON.parse(readFileSync(file, "utf8")) as Manifest;
const GIVEN: Defaults = { isGiven: true, apiBase: "https://api.example.com", wsHost: "push.example.com", wsPort: 443 };
const CHOSEN: Defaults = { isGiven: false, apiBase: "http://127.0.0.1:3000", wsHost: "127.0.0.1", wsPort: 3005 };
const policyOf = (manifest: Manifest): string => (manifest["content_security_policy"] as { extension_pages: string }).extension_pages;

test("a zip follows from its contents alone, and gives them back", () => {
  const files = { "b/ü.txt": "grüße ".repeat(1_000), a: "", "b/a": "x" };

  const bytes = zip(files);

  assert.deepEqual(bytes, zip(Object.fromEntries(Object.entries(files).reverse())));
  assert.deepEqual(Object.entries(unzip(bytes)).map(([name, content]) => [name, String(content)]), Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const damaged = zip({ a: "text" });
  damaged.writeUInt8(damaged.readUInt8(33) ^ 1, 33);
  assert.throws(() => unzip(damaged));
});

test("a build with servers of its own may reach these and nothing else, and cannot ask for more", () => {
  const manifest = storeManifest(json("manifest.json"), GIVEN);

  assert.deepEqual(manifest["host_permissions"], ["https://api.example.com/*"]);
  assert.equal("optional_host_permissions" in manifest, false);
  assert.match(policyOf(manifest), /; connect-src 'self' https:\/\/api\.example\.com wss:\/\/push\.example\.com; base-uri/);
  assert.equal("key" in manifest, false, "the store has its own key");
});

test("without servers the manifest is the repository's, but for the key", () => {
  const manifest = storeManifest(json("manifest.json"), CHOSEN);

  assert.equal("key" in manifest, false);
  assert.deepEqual({ ...manifest, key: json("manifest.json")["key"] }, json("manifest.json"));
});

test("an API that is reached without encryption is refused, on this machine it is not", () => {
  const manifest = json("manifest.json");

  assert.throws(() => storeManifest(manifest, { ...GIVEN, apiBase: "http://api.example.com" }), /by https only/);
  assert.throws(() => storeManifest(manifest, { ...GIVEN, apiBase: "nonsense" }), /must be an address/);
  assert.throws(() => storeManifest(manifest, { ...GIVEN, wsHost: "push.example.com/x" }), /must be a host name/);
  assert.match(policyOf(storeManifest(manifest, { ...CHOSEN, isGiven: true })), /connect-src 'self' http:\/\/127\.0\.0\.1:3000 ws:\/\/127\.0\.0\.1:3005;/);
});

test("packages are found by the sources of a bundle, the inner one where one lies in another", () => {
  const sources = ["webpack://x/./node_modules/react/index.js", "webpack://x/./node_modules/@a/b/node_modules/c/i.js", "webpack://x/./node_modules/@a/b/i.js", "webpack://x/./extension/src/a.ts"];

  assert.deepEqual(packagesIn(sources), ["@a/b", "c", "react"]);
});

const HTML = '<!doctype html><link rel="stylesheet" href="panel.css"><script src="panel.js"></script>';

function goodFiles(defaults: Defaults): Files {
  const icons = Object.fromEntries([16, 32, 48, 128].map((size) => [`dist/icons/icon-${size}.png`, ""]));
  const code = { "dist/background.js": "1;", "dist/panel.js": "2;", "dist/options.js": "3;", "dist/panel.html": HTML, "dist/options.html": HTML };
  return { "manifest.json": JSON.stringify(storeManifest(json("manifest.json"), defaults)), ...icons, ...code };
}

const problemsOf = (files: Files, defaults: Defaults): Promise<readonly string[]> =>
  storeProblems({ files, bytes: zip(files), defaults }, { reviewed: json("store/permissions.json"), budget: 100_000 });

test("what is as it was reviewed has no problem, bound to servers or not", async () => {
  for (const defaults of [GIVEN, CHOSEN]) assert.deepEqual(await problemsOf(goodFiles(defaults), defaults), []);
});

test("whatever does not belong into the zip is named", async () => {
  const manifestWith = (change: Manifest): Files => ({ "manifest.json": JSON.stringify({ ...storeManifest(json("manifest.json"), GIVEN), ...change }) });
  const policy = policyOf(storeManifest(json("manifest.json"), GIVEN));
  const loose = (from: string, to: string): Files => manifestWith({ content_security_policy: { extension_pages: policy.replace(from, to) } });
  const bad: readonly (readonly [Files, RegExp])[] = [
    [{ "dist/panel.js.map": "{}" }, /panel\.js\.map does not belong/],
    [{ ".env.local": "" }, /\.env\.local does not belong/],
    [{ "dist/panel.js": "eval('1')" }, /makes code of text/],
    [{ "dist/background.js": "fetch('https://elsewhere.example/')" }, /names the host elsewhere\.example/],
    [{ "dist/panel.js": "1;\n//# sourceMappingURL=panel.js.map" }, /panel\.js holds sourceMappingURL/],
    [{ "dist/panel.js": `"${process.cwd()}/extension"` }, /panel\.js holds/],
    [{ "dist/sidewire_wasm_bg.wasm": "x/home/" + "somebody/x" }, /wasm holds \/home/],
    [{ "dist/panel.html": '<script src="https://cdn.example/a.js"></script>' }, /panel\.html has a script/],
    [{ "dist/options.html": '<script>1</script><p onclick="x()">' }, /options\.html has a script/],
    [manifestWith({ permissions: ["storage", "sidePanel", "cookies"] }), /permissions is .*cookies/],
    [manifestWith({ content_scripts: [] }), /content_scripts is/],
    [manifestWith({ key: "x" }), /has a key/],
    [manifestWith({ icons: { 16: "dist/icons/none.png" } }), /none\.png is named by the manifest and missing/],
    [loose("script-src 'self'", "script-src 'self' https://cdn.example"), /the policy's script-src/],
    [loose("trusted-types 'none'", "trusted-types *"), /the policy's trusted-types/],
    [loose("connect-src 'self'", "connect-src 'self' https: "), /lets everything through: https:/],
    [loose("default-src", "frame-src *; default-src"), /the policy's frame-src/],
  ];
  for (const [change, expected] of bad) {
    const found = await problemsOf({ ...goodFiles(GIVEN), ...change }, GIVEN);
    assert.ok(found.some((sentence) => expected.test(sentence)), `${String(expected)} is not in: ${found.join("; ")}`);
  }
  assert.match((await storeProblems({ files: goodFiles(GIVEN), bytes: Buffer.alloc(11), defaults: GIVEN }, { reviewed: json("store/permissions.json"), budget: 10 })).join(), /the zip has 11 bytes/);
});
