// What may not be in what users run: code made of text, code from elsewhere, addresses that nobody configured.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

import { gitFiles } from "./checks.mjs";
import { info, UserError } from "./log.mjs";
import { DIST_DIR, PKG_DIR, ROOT } from "./paths.mjs";

/** Names in texts that nothing is fetched from, with the reason. */
const HOSTS = new Map([
  ["127.0.0.1", "default of the development servers"],
  ["localhost", "the same"],
  ["www.w3.org", "names of XML namespaces"],
  ["react.dev", "explanations in React's error messages"],
  ["github.com", "explanations in the error messages of unified and react-markdown"],
  ["base-ui.com", "explanations in the error messages of Base UI"],
  ["api.example.com", "an example on the options page"],
  ["hub", "base of relative addresses in the test hub, which parses and never fetches them"],
  ["push.hub.invalid", "the test hub's own name"],
  ["api.hub.invalid", "the test hub's own name"],
]);
/** React can render `<script>`, and loads `<link>` and `<script>` of its own hints; the extension renders none. */
const SCRIPT_MAKERS = new Map([["dist/panel.js", "React DOM"], ["dist/options.js", "React DOM"]]);

const ADDRESS = /\b(?:https?|wss?):\/\/([\w-][\w.-]*)/g;

/** Libraries in the extension's bundle may ask what they run in; what we wrote may not. */
const isOwn = (name) => !name.startsWith("dist/");

/** Everything in one script that is not allowed, as sentences. */
export function scanScript(ts, name, text) {
  const found = [];
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const say = (node, sentence) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push(`${name}:${line + 1} ${sentence}`);
  };
  const visit = (node) => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) call(ts, node, name, say);
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) {
      for (const [, host] of node.text.matchAll(ADDRESS)) if (!HOSTS.has(host)) say(node, `names the host ${host}`);
    }
    if (isOwn(name) && ts.isTypeOfExpression(node) && node.expression.getText(source) === "process") say(node, "asks for `process`: there is none in a browser");
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function call(ts, node, name, say) {
  const { expression, arguments: given = [] } = node;
  const callee = expression.getText();
  const [first] = given;
  const isText = first !== undefined && ts.isStringLiteralLike(first);
  if (callee === "eval" || callee === "Function") say(node, "makes code of text");
  if (/^(?:window\.|self\.|globalThis\.)?set(?:Timeout|Interval)$/.test(callee) && isText) say(node, "makes code of text");
  if (expression.kind === ts.SyntaxKind.ImportKeyword) say(node, "imports while it runs: a service worker refuses that");
  if (callee === "importScripts" || /document\.write(?:ln)?$/.test(callee)) say(node, `calls ${callee}`);
  if (/createElement(?:NS)?$/.test(callee) && given.some((argument) => ts.isStringLiteralLike(argument) && argument.text === "script") && !SCRIPT_MAKERS.has(name)) {
    say(node, "makes a script element");
  }
}

/** A compiled module keeps its texts as they are, one right after the other: only what has a dot is a host. */
function scanModule(name, bytes) {
  const hosts = [...bytes.toString("latin1").matchAll(ADDRESS)].map(([, host]) => host);
  return hosts.filter((host) => host.includes(".") && !HOSTS.has(host)).map((host) => `${name} names the host ${host}`);
}

function filesIn(folder, ending) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

/** The eight names that the project was asked for, and the service that it was asked not to bring back. */
const TOP_LEVEL = ["Cargo.toml", "crates", "extension", "manifest.json", "webpack.config.js", "package.json", "tests", "README.md"];
const GONE = /(?:^|\/)(?:websocketService|websocketTypes)(?:\.test)?\.ts$/;

export async function treeProblems() {
  const files = await gitFiles();
  const names = new Set(files.map((file) => file.split("/")[0]));
  const missing = TOP_LEVEL.filter((name) => !names.has(name)).map((name) => `${name} is missing from the top level`);
  return [...missing, ...files.filter((file) => GONE.test(file)).map((file) => `${file}: the raw WebSocket service stays away`)];
}

/** In the extension's own sources: bundled, they cannot be told from the libraries any more. */
async function sourceProblems() {
  const files = (await gitFiles()).filter((file) => /^extension\/src\/.*\.tsx?$/.test(file));
  return files.filter((file) => /typeof process\b/.test(readFileSync(join(ROOT, file), "utf8"))).map((file) => `${file} asks for \`process\``);
}

/** Scans the built package and, if it is built, the extension. */
export async function scanBundles() {
  const { default: ts } = await import("typescript");
  const files = [...filesIn(PKG_DIR, ".js"), ...filesIn(DIST_DIR, ".js")];
  if (files.length === 0) throw new UserError("There is nothing to scan: build the package first.");
  const nameOf = (file) => relative(ROOT, file).replaceAll("\\", "/");
  const problems = files.flatMap((file) => scanScript(ts, nameOf(file), readFileSync(file, "utf8")));
  const modules = [...filesIn(PKG_DIR, ".wasm"), ...filesIn(DIST_DIR, ".wasm")];
  problems.push(...modules.flatMap((file) => scanModule(nameOf(file), readFileSync(file))));
  problems.push(...(await treeProblems()), ...(await sourceProblems()));
  if (problems.length > 0) throw new UserError(`What ships has what it may not have:\n   ${problems.slice(0, 20).join("\n   ")}`);
  info(`${files.length} scripts: no code made of text, no script from elsewhere, no address but ${[...HOSTS.keys()].join(", ")}`);
}
