// Makes the compiled module smaller with npm's binaryen: functions that nobody can reach are emptied, the rest is
// optimised, the names by which module and glue know each other become short, and the functions come in an order that
// compresses well.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { blanked } from "./dead-data.mjs";
import { execute } from "./exec.mjs";
import { info, UserError, warn } from "./log.mjs";
import { ordered } from "./order-functions.mjs";
import { inTarget, nodeBin } from "./paths.mjs";
import { forPresentEngines, rename, withoutUnusedImports } from "./shrink-glue.mjs";

// rustc 1.95 writes these features into the module; a wasm-opt that does not know them breaks it without a word.
export const FEATURES = [
  "--enable-bulk-memory",
  "--enable-bulk-memory-opt",
  "--enable-call-indirect-overlong",
  "--enable-nontrapping-float-to-int",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-reference-types",
  "--enable-multivalue",
  "--enable-simd",
];

const SIZE = [
  "-Oz",
  "--converge",
  // Functions with one caller stay functions unless they are tiny: repeated shapes compress better than inlined ones.
  "--one-caller-inline-max-function-size=20",
  // So does an expression written out again, better than a local that keeps its value.
  "--skip-pass=local-cse",
  // The first kilobyte is the far end of the stack, and nothing points there.
  "--low-memory-unused",
  // Hints that engines do not use, and that tell equal code apart.
  "--dealign",
];

/** With its names, for the report of `npm run size`. */
export const NAMED_WASM = inTarget("wasm-size", "named.wasm");

// What a panic does after it has begun: write a text that nobody sees, then stop. Only the stop is left.
const PANIC =
  /core(?:\[\w+\])?::panicking|slice_error_fail|slice_index_fail|unwrap_failed|expect_failed|raw_vec::handle_error|capacity_overflow|handle_alloc_error|panic_already|std(?:\[\w+\])?::panicking|rust_begin_unwind|rust_panic|rust_oom|default_alloc_error|begin_panic|__rust_end_short_backtrace|len_mismatch_fail|encode_utf8_raw::do_panic/;
// Formatting, which the texts of panics alone still name.
const FORMAT =
  /::fmt::(?:Debug|Display|LowerHex|UpperHex|Pointer|Write|write|Formatter|builders|Arguments|num)|Formatter>::|::fmt::format|escape_debug|is_printable|grapheme_extend|do_count_chars/;
// Formatting for the sake of an error that cannot happen: keys of our objects are texts.
const TOLERATED = /serde_wasm_bindgen::error::Error::new/;
// Each of these costs kilobytes: reading or writing floating-point numbers, and serde's other half.
const FORBIDDEN = /dec2flt|flt2dec|float_to_decimal|float_to_exponential|serde(?:_core)?::de::|Unexpected|Deserialize/;

/** Every function's name with the names that it calls, from the module as text. */
function calls(text) {
  const found = new Map();
  const name = /\$(?:"((?:[^"\\]|\\.)*)"|([^\s)]+))/.source;
  const function_ = new RegExp(`^ \\(func ${name}`);
  const call = new RegExp(`\\((?:return_)?call ${name}`, "g");
  let current = [];
  for (const line of text.split("\n")) {
    const start = function_.exec(line);
    if (start) found.set(start[1] ?? start[2], (current = []));
    for (const match of line.matchAll(call)) current.push(match[1] ?? match[2]);
  }
  return found;
}

/** Empties panics and formatting. A function of ours that formats would trap, so it is refused here. */
async function emptied(bytes) {
  const { default: binaryen } = await import("binaryen");
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(bytes);
  const empty = (pattern) => {
    for (let index = 0; index < module.getNumFunctions(); index += 1) {
      const { name, base } = binaryen.getFunctionInfo(module.getFunctionByIndex(index));
      if (base === "" && pattern.test(name)) binaryen.Function.setBody(module.getFunction(name), module.unreachable());
    }
    module.runPasses(["remove-unused-module-elements"]);
  };
  empty(PANIC);
  const live = calls(module.emitText());
  const formats = [...live].filter(([name, called]) => !FORMAT.test(name) && !TOLERATED.test(name) && called.some((callee) => FORMAT.test(callee)));
  const own = formats.map(([name]) => name).filter((name) => /sidewire/.test(name));
  if (own.length > 0) throw new UserError(`The shipped module formats text in ${own.join(", ")}: use json::ObjectWriter, concat and Decimal.`);
  const heavy = [...live.keys()].filter((name) => FORBIDDEN.test(name) && !FORMAT.test(name));
  if (heavy.length > 0) throw new UserError(`The shipped module must not hold ${heavy.join(", ")}: see ARCHITECTURE.md, "Size".`);
  if (formats.length === 0) empty(FORMAT);
  else warn(`formatting stays, because these functions use it: ${formats.map(([name]) => name).join(", ")}`);
  const result = Buffer.from(module.emitBinary());
  module.dispose();
  return result;
}

/** Blanks what the finished code, with its names, does not read of `constants`. */
async function withoutDeadData(file, constants) {
  const { default: binaryen } = await import("binaryen");
  const bytes = readFileSync(file);
  const module = binaryen.readBinary(bytes);
  const { bytes: result, count } = blanked(bytes, constants, module.emitText());
  module.dispose();
  writeFileSync(file, result);
  info(`wasm: ${count} bytes of data that nothing reads`);
}

async function wasmOpt(args) {
  const { code, stdout, stderr } = await execute(nodeBin("wasm-opt"), [...args, ...FEATURES], { capture: true });
  if (code !== 0) throw new UserError(`wasm-opt failed: ${stderr.trim().split("\n")[0]}`);
  return stdout;
}

const names = (items) => items.map(({ name }) => name).sort();

/** The optimised module must offer what the original did, and must not ask for more. */
function checkInterface(before, after) {
  const [a, b] = [before, after].map((bytes) => new WebAssembly.Module(bytes));
  const [exported, kept] = [a, b].map((module) => names(WebAssembly.Module.exports(module)));
  const known = new Set(names(WebAssembly.Module.imports(a)));
  const foreign = names(WebAssembly.Module.imports(b)).filter((name) => !known.has(name));
  if (exported.join() !== kept.join() || foreign.length > 0) throw new UserError("wasm-opt changed the module's interface");
  return new Set(names(WebAssembly.Module.imports(b)));
}

/** Shrinks `wasm` and `glue`, two files that belong together, in their place. Without binaryen they stay as they are.
 * `constants` are those of the module as it was linked. */
export async function shrinkWasm({ constants, wasm, glue, types }) {
  if (!existsSync(nodeBin("wasm-opt"))) {
    warn("npm's binaryen is not installed: the module stays about a sixth larger");
    return;
  }
  const folder = inTarget("wasm-size");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [empty, short] = [join(folder, "emptied.wasm"), join(folder, "short.wasm")];
  const before = readFileSync(wasm);
  writeFileSync(empty, await emptied(before));
  await wasmOpt([...SIZE, "--strip-producers", "--strip-target-features", "-g", empty, "-o", NAMED_WASM]);
  const used = checkInterface(before, readFileSync(NAMED_WASM));
  await withoutDeadData(NAMED_WASM, constants);
  const told = await wasmOpt(["--strip-debug", "--minify-imports-and-exports-and-modules", NAMED_WASM, "-o", short]);
  const script = rename(forPresentEngines(withoutUnusedImports(readFileSync(glue, "utf8"), used)), JSON.parse(told));
  const smallest = await ordered(readFileSync(short));
  writeFileSync(wasm, smallest);
  writeFileSync(glue, script);
  // The interface that it lists has other names now, and nobody needs them.
  writeFileSync(types, readFileSync(types, "utf8").replace(/(export interface InitOutput \{)[^}]*\}/, "$1\n    readonly memory: WebAssembly.Memory;\n}"));
  info(`wasm: ${before.length} → ${smallest.length} bytes`);
}
