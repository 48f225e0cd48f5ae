// The package's public interface as text, one file for each entry, compared with what was reviewed (tests/api).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { info, UserError } from "./log.mjs";
import { inRoot, PKG_DIR } from "./paths.mjs";

const FOLDER = "tests/api";
const ENTRIES = ["index", "inline", "react", "zustand", "chrome", "badge", "testing"];

/** Declarations without comments, by name. What comes from `types/` is printed once, in a file of its own. */
async function describe() {
  const { default: ts } = await import("typescript");
  const files = ENTRIES.map((name) => join(PKG_DIR, `${name}.d.ts`));
  const options = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, skipLibCheck: true, types: [] };
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter({ removeComments: true });
  const print = (declaration) => {
    // A variable's type stands in its statement.
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return printer.printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile());
  };
  const shared = new Map();
  const pages = {};
  for (const [index, name] of ENTRIES.entries()) {
    const lines = [];
    const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(files[index])));
    for (const symbol of exported.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const declarations = target.getDeclarations() ?? [];
      const isShared = declarations.some((declaration) => declaration.getSourceFile().fileName.includes("/types/"));
      if (isShared) shared.set(symbol.name, declarations.map(print).join("\n"));
      lines.push(isShared ? `type ${symbol.name} (types.txt)` : declarations.map(print).join("\n"));
    }
    pages[name] = `${lines.join("\n\n")}\n`;
  }
  const types = [...shared].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return { ...pages, types: `${types.join("\n\n")}\n` };
}

function firstDifference(before, after) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const at = now.findIndex((line, index) => line !== old[index]);
  const line = at < 0 ? now.length : at;
  return `line ${line + 1}: was "${old[line] ?? ""}", is "${now[line] ?? ""}"`;
}

/** Fails on a difference that nobody has reviewed; with `accept` writes what there is. */
export async function checkApi({ accept = false } = {}) {
  const changed = [];
  for (const [name, text] of Object.entries(await describe())) {
    const file = inRoot(FOLDER, `${name}.txt`);
    const before = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (before === text) continue;
    changed.push(`${basename(file)}: ${firstDifference(before, text)}`);
    if (accept) {
      mkdirSync(inRoot(FOLDER), { recursive: true });
      writeFileSync(file, text);
    }
  }
  if (changed.length > 0 && !accept) {
    throw new UserError(`The package's interface changed:\n   ${changed.join("\n   ")}\nReview it, then \`npm run api -- --accept\` and commit ${FOLDER}.`);
  }
  info(accept ? `${changed.length} file(s) written` : `${ENTRIES.length} entries as reviewed`);
  return changed;
}
