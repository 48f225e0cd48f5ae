// The functions of a module in an order in which it compresses well: brotli names the place of a repetition by its
// distance, and near ones cost fewer bits. Each function is followed by the one that has most in common with it.
import { functionsOf } from "./wasm-names.mjs";

/** What two functions have in common is counted in runs of so many bytes: the shortest that brotli refers back to. */
const RUN = 4;

/** Every run of bytes in `code`, once. */
function runsOf(code) {
  const runs = new Set();
  for (let at = 0; at + RUN <= code.length; at += 1) runs.add(code.readUInt32LE(at));
  return [...runs];
}

/** The indices of `codes`, from the shortest one on, each followed by the one among the rest that is most like it. */
export function bySimilarity(codes) {
  const runs = codes.map(runsOf);
  const holders = new Map();
  for (const [index, own] of runs.entries()) {
    for (const run of own) {
      if (!holders.has(run)) holders.set(run, []);
      holders.get(run).push(index);
    }
  }
  const left = new Set(codes.keys());
  const order = [];
  let next = [...left].reduce((best, index) => (codes[index].length < codes[best].length ? index : best), 0);
  while (left.delete(next)) {
    order.push(next);
    const shared = new Uint32Array(codes.length);
    for (const run of runs[next]) for (const index of holders.get(run)) shared[index] += 1;
    // A long function holds much of everything.
    const likeness = (index) => shared[index] / Math.sqrt(1 + runs[index].length);
    next = [...left].reduce((best, index) => (best === undefined || likeness(index) > likeness(best) ? index : best), undefined);
  }
  return order;
}

/** The same module, its functions in another order, and its data without long runs of zeros. */
export async function ordered(bytes) {
  const { default: binaryen } = await import("binaryen");
  binaryen.setDebugInfo(false);
  const module = binaryen.readBinary(bytes);
  // Not earlier: as long as segments have names, this binaryen cannot split them.
  module.runPasses(["memory-packing"]);
  const all = Array.from({ length: module.getNumFunctions() }, (_, index) => binaryen.getFunctionInfo(module.getFunctionByIndex(index)));
  const defined = all.filter(({ base }) => base === "");
  for (const index of bySimilarity(functionsOf(bytes).functions.map(({ code }) => code))) {
    const { name, params, results, vars, body } = defined[index];
    module.removeFunction(name);
    module.addFunction(name, params, results, vars, body);
  }
  const result = Buffer.from(module.emitBinary());
  module.dispose();
  if (!WebAssembly.validate(result)) throw new Error("The reordered module is not valid");
  return result;
}
