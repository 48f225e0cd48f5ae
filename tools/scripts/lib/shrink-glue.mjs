// wasm-bindgen's glue after the module became smaller: functions that it no longer asks for leave, long names become
// the module's short ones, and what only engines older than ours need leaves too.

const IMPORTS = /( {4}const import0 = \{\n)([\s\S]*?)(^ {4}\};$)/m;

/** Leaves out the imports whose names are not in `used`. */
export function withoutUnusedImports(glue, used) {
  if (!IMPORTS.test(glue)) throw new Error("The glue has no table of imports where it is expected: wasm-bindgen has changed");
  return glue.replace(IMPORTS, (_all, open, table, close) => {
    const entries = table.split(/^(?= {8}[\w$]+:)/m);
    const kept = entries.filter((entry) => {
      const name = /^ {8}([\w$]+):/.exec(entry)?.[1];
      return name === undefined || name === "__proto__" || used.has(name);
    });
    return open + kept.join("") + close;
  });
}

/** Puts the short names that wasm-opt tells into the glue. */
export function rename(glue, { imports, exports }) {
  const module = imports[0]?.[0];
  const short = new Map(imports.map(([, name, to]) => [name, to]));
  const told = new Map(exports.map(([name, to]) => [name, to]));
  const renamed = glue
    .replace(IMPORTS, (_all, open, table, close) => open + table.replace(/^ {8}([\w$]+):/gm, (all, name) => (short.has(name) ? `        ${short.get(name)}:` : all)) + close)
    .replace(/\bwasm\.([\w$]+)/g, (all, name) => (told.has(name) ? `wasm.${told.get(name)}` : all));
  return module === undefined ? renamed : renamed.replace(`${JSON.stringify(module)}: import0`, '"a": import0');
}

// What the glue does for engines that lack something which every supported one has, and what stays of it.
const FOR_OLD_ENGINES = [
  ["finalization", /\(typeof FinalizationRegistry === 'undefined'\)\n\s*\? \{ register: \(\) => \{\}, unregister: \(\) => \{\} \}\n\s*: (?=new)/g, ""],
  ["disposal, which needs a newer engine and is not offered", /^if \(Symbol\.dispose\).*\n/gm, ""],
  ["encodeInto", /^if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n[\s\S]*?^\}\n/m, ""],
  ["a text encoder without encodeInto", /^ {4}if \(realloc === undefined\) \{\n[\s\S]*?^ {4}\}\n/m, ""],
  ["decoders that stop after two gigabytes", /^const MAX_SAFARI_DECODE_BYTES[\s\S]*?(?=^function decodeText)/m, ""],
  ["the same", /^ {4}numBytesDecoded \+= [\s\S]*?^ {4}\}\n/m, ""],
  ["two ways to see that memory has grown", /cachedDataViewMemory0 === null \|\| cachedDataViewMemory0\.buffer\.detached === true \|\| .*?(wasm\.[\w$]+\.buffer)\)\) \{/, "cachedDataViewMemory0?.buffer !== $1) {"],
  ["another form of initSync's argument", /^ {4}if \(module !== undefined\) \{\n[\s\S]*?^ {4}\}\n/m, "    ({ module } = module);\n"],
];

/** Leaves out what the glue does for engines older than the supported ones. */
export function forPresentEngines(glue) {
  return FOR_OLD_ENGINES.reduce((text, [what, old, rest]) => {
    if (text.search(old) < 0) throw new Error(`The glue no longer cares for ${what}: wasm-bindgen has changed`);
    return text.replace(old, rest);
  }, glue);
}
