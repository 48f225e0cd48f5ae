// Markdown as the checks need it: pages, headings, links and code blocks.
import { readFileSync } from "node:fs";

import { gitFiles } from "../checks.mjs";
import { inRoot } from "../paths.mjs";

/** The pages that users read. */
export async function pages() {
  const files = (await gitFiles()).filter((file) => /^(?:docs\/)?[^/]+\.md$/.test(file));
  return files.map((file) => ({ file, text: readFileSync(inRoot(file), "utf8") }));
}

/** The comments of the package's sources as pages of their own: an editor shows their code as well. */
export async function comments() {
  const files = (await gitFiles()).filter((file) => /^crates\/sidewire-wasm\/(?:npm|types)\/(?!.*\.test\.).*\.ts$/.test(file));
  return files.map((file) => {
    const text = readFileSync(inRoot(file), "utf8");
    const lines = text.split("\n").map((line) => /^\s*\/?\*+ ?(.*)$/.exec(line)?.[1] ?? "");
    return { file, text: lines.join("\n") };
  });
}

/** Code blocks with their language, first line and the comment right above. */
export function blocksOf({ file, text }) {
  const blocks = [];
  let open = null;
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    const fence = /^```(\S*)\s*$/.exec(line);
    if (!fence) {
      open?.lines.push(line);
    } else if (open) {
      blocks.push({ file, line: open.line, language: open.language, note: open.note, code: `${open.lines.join("\n")}\n` });
      open = null;
    } else {
      const note = /^<!-- (file|excerpt): (\S+) -->$/.exec(lines[index - 1] ?? "");
      open = { language: fence[1], line: index + 1, note: note && { kind: note[1], file: note[2] }, lines: [] };
    }
  }
  return blocks;
}

/** The page without its code, so that nothing in it is taken for prose. */
export const withoutCode = (text) => text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, " "));

/** A heading's anchor, as GitHub and VitePress make it. */
export function anchorOf(heading) {
  const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", "");
  return plain.trim().toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
}

/** All anchors of a page. */
export function anchorsOf(text) {
  const headings = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#{1,6} (.+)$/gm)];
  return new Set(headings.map(([, heading]) => anchorOf(heading)));
}
