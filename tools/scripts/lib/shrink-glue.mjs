// wasm-bindgen's glue after the module became smaller: functions that it no longer asks for leave, long names become
// the module's short ones.

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
