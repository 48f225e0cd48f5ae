// What the zip may hold: an allow-list of files, permissions that were reviewed, a policy that was designed, nothing of
// the machine it was built on.
import { homedir } from "node:os";

import { scanScript } from "../bundle-scan.mjs";
import { ROOT } from "../paths.mjs";

const ALLOWED = [
  /^manifest\.json$/,
  /^LICENSE-(?:MIT|APACHE)$/,
  /^THIRD-PARTY-LICENSES\.txt$/,
  /^_locales\/[a-z]{2}(?:_[A-Z]{2})?\/messages\.json$/,
  /^dist\/(?:background|panel|options)\.js$/,
  /^dist\/(?:panel|options)\.(?:html|css)$/,
  /^dist\/sidewire_wasm_bg\.wasm$/,
  /^dist\/icons\/icon-(?:16|32|48|128)\.png$/,
];
/** Nothing of the maps, of a home folder, of this checkout. The compiler's own name for its sources, `/rustc/…`, is none. */
const MACHINE = [/sourceMappingURL/, /file:\/\/\//, /\/home\/[a-z]/, /\/Users\/[A-Za-z]/, /[A-Z]:\\Users\\/, /\.cargo\/registry/, /node_modules\/\.bin/];
const REMOTE_MARKUP = /<script(?![^>]*\ssrc="[\w.-]+\.js")[^>]*>|<(?:iframe|object|embed|base)\b|\s(?:src|href)="(?:[a-z]+:)?\/\/|\son[a-z]+="|style="/i;

/** Directives that must be there as they are; `connect-src` follows from the servers. */
export const POLICY = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval'",
  "style-src": "'self'",
  "img-src": "'self' data:",
  "font-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
  "object-src": "'none'",
  "require-trusted-types-for": "'script'",
  "trusted-types": "'none'",
};

const directives = (policy) => Object.fromEntries(policy.split(";").map((part) => part.trim().split(/\s+(.*)/, 2)));

function policyProblems(manifest, defaults) {
  const { "connect-src": connect = "", ...rest } = directives(manifest.content_security_policy.extension_pages);
  const found = Object.keys({ ...POLICY, ...rest }).filter((name) => POLICY[name] !== rest[name]);
  const problems = found.map((name) => `the policy's ${name} is ${rest[name] ?? "missing"}, not ${POLICY[name] ?? "absent"}`);
  const wide = connect.split(/\s+/).filter((source) => /^(?:\*|(?:https?|wss?):(?:\/\/\*)?)$/.test(source));
  if (defaults.isGiven && wide.length > 0) problems.push(`connect-src lets everything through: ${wide.join(" ")}`);
  return problems;
}

/** Everything a reviewer of the store looks at first. */
export const permissionsOf = (manifest) =>
  Object.fromEntries(
    ["permissions", "optional_permissions", "host_permissions", "optional_host_permissions", "content_scripts", "externally_connectable", "web_accessible_resources", "incognito", "minimum_chrome_version"]
      .filter((name) => manifest[name] !== undefined)
      .map((name) => [name, manifest[name]]),
  );

/** What is asked for, against what was reviewed; hosts of a build with servers of its own follow from those. */
function permissionProblems(manifest, defaults, reviewed) {
  const asked = permissionsOf(manifest);
  const names = new Set([...Object.keys(asked), ...Object.keys(reviewed)]);
  if (defaults.isGiven) for (const name of ["host_permissions", "optional_host_permissions"]) names.delete(name);
  const differs = [...names].filter((name) => JSON.stringify(asked[name]) !== JSON.stringify(reviewed[name]));
  return differs.map((name) => `${name} is ${JSON.stringify(asked[name])}, reviewed was ${JSON.stringify(reviewed[name])} (store/permissions.json)`);
}

function textProblems(name, bytes) {
  const text = bytes.toString("latin1");
  const places = [...MACHINE, ...[ROOT, homedir()].filter((path) => path.length > 1).map((path) => new RegExp(path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")))];
  // A licence may quote anything.
  if (name === "THIRD-PARTY-LICENSES.txt") return [];
  return places.filter((pattern) => pattern.test(text)).map((pattern) => `${name} holds ${pattern.exec(text)[0]}`);
}

/** Addresses are checked where the bundle is scanned; those of the build's own servers are meant to be there. */
async function codeProblems(files, defaults) {
  const { default: ts } = await import("typescript");
  const own = [defaults.apiBase, `https://${defaults.wsHost}`].filter((address) => URL.canParse(address)).map((address) => new URL(address).hostname);
  const isMeant = (sentence) => own.some((host) => sentence.endsWith(`names the host ${host}`));
  const scripts = Object.entries(files).filter(([name]) => name.endsWith(".js"));
  const pages = Object.entries(files).filter(([name]) => name.endsWith(".html"));
  return [
    ...scripts.flatMap(([name, bytes]) => scanScript(ts, name, bytes.toString("utf8"))).filter((sentence) => !isMeant(sentence)),
    ...pages.filter(([, bytes]) => REMOTE_MARKUP.test(bytes.toString("utf8"))).map(([name]) => `${name} has a script, style or frame that is not a file of the extension`),
  ];
}

/** Complaints about `files` (`{name: bytes}`) as sentences. `budget` in bytes of the zip. */
export async function storeProblems({ files, bytes, defaults }, { reviewed, budget }) {
  const buffers = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]));
  const manifest = JSON.parse(buffers["manifest.json"].toString("utf8"));
  const named = [...Object.values(manifest.icons), manifest.background.service_worker, manifest.side_panel.default_path, manifest.options_ui.page];
  const problems = [
    ...Object.keys(files).filter((name) => !ALLOWED.some((pattern) => pattern.test(name))).map((name) => `${name} does not belong into the zip`),
    ...named.filter((name) => files[name] === undefined).map((name) => `${name} is named by the manifest and missing`),
    ...(manifest.key === undefined ? [] : ["the manifest has a key: the store refuses it"]),
    ...policyProblems(manifest, defaults),
    ...permissionProblems(manifest, defaults, reviewed),
    ...Object.entries(buffers).flatMap(([name, content]) => textProblems(name, content)),
    ...(await codeProblems(buffers, defaults)),
  ];
  if (bytes.length > budget) problems.push(`the zip has ${bytes.length} bytes; the budget is ${budget}`);
  return problems;
}
