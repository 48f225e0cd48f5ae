// What `npm pack` would put into the package, against what belongs there.
import { run } from "../exec.mjs";
import { info, UserError } from "../log.mjs";
import { ROOT } from "../paths.mjs";

const ENTRIES = "index|inline|react|zustand|chrome|badge|testing";
const ALLOWED = [
  /^package\.json$/,
  /^(?:README|CHANGELOG|SECURITY)\.md$/,
  /^LICENSE-(?:MIT|APACHE)$/,
  /^docs\/[a-z-]+\.md$/,
  /^docs\/examples\/(?:panel\.ts|backend\/(?:main\.rs|server\.(?:mjs|php)))$/,
  /^pkg\/THIRD-PARTY-LICENSES\.txt$/,
  // Flat on purpose: every module of npm/, compiled, with its types and its map.
  /^pkg\/[a-z_]+\.(?:js|js\.map|d\.ts)$/,
  /^pkg\/types\/[a-z_]+\.(?:js|js\.map|d\.ts)$/,
  /^pkg\/wasm\/(?:sidewire_(?:wasm|testing|wasm_bg|wasm_scoped)|inline_bytes|testing_bytes)\.(?:js|d\.ts|wasm|wasm\.d\.ts)$/,
];
const REQUIRED = [
  ...ENTRIES.split("|").flatMap((name) => [`pkg/${name}.js`, `pkg/${name}.js.map`, `pkg/${name}.d.ts`]),
  ...["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "docs/errors.md", "pkg/wasm/sidewire_wasm_bg.wasm", "pkg/THIRD-PARTY-LICENSES.txt"],
];
/** Firefox's store refuses larger files. */
const LARGEST = 4_000_000;

/** Complaints about a list of `{path, size}`. */
export function contentProblems(files) {
  const paths = new Set(files.map(({ path }) => path));
  return [
    ...files.filter(({ path }) => !ALLOWED.some((pattern) => pattern.test(path))).map(({ path }) => `${path} does not belong into the package`),
    ...files.filter(({ path }) => /\.test\./.test(path)).map(({ path }) => `${path} is a test`),
    ...files.filter(({ size }) => size > LARGEST).map(({ path, size }) => `${path} has ${size} bytes`),
    ...REQUIRED.filter((path) => !paths.has(path)).map((path) => `${path} is missing`),
  ];
}

export async function checkContents() {
  const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: ROOT, capture: true });
  const told = JSON.parse(stdout);
  const [{ files, size, unpackedSize }] = Array.isArray(told) ? told : Object.values(told);
  const problems = contentProblems(files);
  if (problems.length > 0) throw new UserError(`npm pack:\n   ${problems.join("\n   ")}`);
  info(`${files.length} files, ${Math.round(size / 1000)} kB packed, ${Math.round(unpackedSize / 1000)} kB unpacked`);
  return { files: files.length, packed: size, unpacked: unpackedSize };
}
