// Code in the documentation is code: TypeScript is compiled against the built package, the rest is parsed, and what is
// said to be in a file is there.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { execute } from "../exec.mjs";
import { inRoot, WORK_DIR } from "../paths.mjs";
import { blocksOf } from "./markdown.mjs";

const FOLDER = join(WORK_DIR, "docs-snippets");
/** Languages that nothing here can check; their blocks are whole files or parts of files that are run (`file`, `excerpt`). */
const ELSEWHERE = new Set(["rust", "php"]);
const PROGRAMS = new Set(["npm", "npx", "node", "cargo", "curl", "git", "cd", "export", "sockudo", "php"]);

const place = ({ file, line }) => `${file}:${line}`;

/** All complaints about all blocks. */
export async function snippetProblems(all) {
  const blocks = all.flatMap(blocksOf);
  const typed = blocks.filter(({ language }) => language === "ts" || language === "tsx");
  const others = await Promise.all(blocks.filter((block) => !typed.includes(block)).map(checkOther));
  return { count: blocks.length, problems: [...blocks.flatMap(sameAsFile), ...others.flat(), ...(await compile(typed))] };
}

function sameAsFile(block) {
  if (!block.note) return [];
  const text = readFileSync(inRoot("docs", block.note.file), "utf8");
  const fits = block.note.kind === "file" ? text === block.code : text.includes(block.code);
  return fits ? [] : [`${place(block)} differs from docs/${block.note.file}`];
}

async function checkOther(block) {
  const { language, code, note } = block;
  switch (language) {
    case "json":
      return parses(block, () => JSON.parse(/^\s*"/.test(code) ? `{${code}}` : code));
    case "js":
      return checkScript(block);
    case "sh":
      return checkShell(block);
    case "nginx":
      return balanced(code) ? [] : [`${place(block)}: the braces do not match`];
    case "":
      return [];
    default:
      return ELSEWHERE.has(language) && note ? [] : [`${place(block)}: nothing checks a block of "${language}"`];
  }
}

function parses(block, parse) {
  try {
    parse();
    return [];
  } catch (failure) {
    return [`${place(block)}: ${failure.message}`];
  }
}

const balanced = (code) => code.split("{").length === code.split("}").length;

async function checkScript(block) {
  const file = join(FOLDER, `${basename(block.file, ".md")}-${block.line}.mjs`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, block.code);
  const { code, stderr } = await execute(process.execPath, ["--check", file], { capture: true });
  return code === 0 ? [] : [`${place(block)}: ${stderr.split("\n").find((line) => /Error/.test(line))}`];
}

/** Each line is a known program, and what it names of this repository is there. */
async function checkShell(block) {
  const { code, stderr } = await execute("sh", ["-n", "-c", block.code], { capture: true });
  if (code !== 0) return [`${place(block)}: ${stderr.trim()}`];
  const scripts = Object.keys(JSON.parse(readFileSync(inRoot("package.json"), "utf8")).scripts);
  const builtIn = new Set(["install", "test", "start", "ci", "publish", "audit", "pack"]);
  return block.code.split("\n").filter((line) => /^[a-z]/.test(line)).flatMap((line) => {
    const [program, verb, script] = line.split(/\s+/);
    if (!PROGRAMS.has(program)) return [`${place(block)}: "${program}" is not on the list of programs`];
    if (program === "npm" && verb === "run" && !scripts.includes(script)) return [`${place(block)}: there is no script "${script}"`];
    if (program === "npm" && verb !== "run" && !builtIn.has(verb)) return [`${place(block)}: npm ${verb} is not on the list`];
    return [];
  });
}

/** One program for all blocks: each is a module of its own, with the names of tests/docs/prelude.d.ts around it. */
async function compile(blocks) {
  const { default: ts } = await import("typescript");
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const files = blocks.map((block) => {
    const file = join(FOLDER, `${basename(block.file).replace(/\.\w+$/, "")}-${block.line}.${block.language}`);
    writeFileSync(file, /^(?:import|export) /m.test(block.code) ? block.code : `${block.code}export {};\n`);
    return file;
  });
  const { config } = ts.readConfigFile(inRoot("tests/docs/tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, inRoot("tests/docs"));
  const program = ts.createProgram([...files, inRoot("tests/docs/prelude.d.ts")], options);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, " ");
    const index = files.indexOf(file?.fileName ?? "");
    if (index < 0) return `${file?.fileName ?? "the compiler"}: ${text}`;
    const { line } = file.getLineAndCharacterOfPosition(start);
    return `${blocks[index].file}:${blocks[index].line + line + 1}: ${text}`;
  });
}
