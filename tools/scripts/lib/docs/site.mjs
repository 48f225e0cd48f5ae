// docs/ as a static site: a copy of the pages for VitePress, with the API reference beside them.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import { run } from "../exec.mjs";
import { info, UserError } from "../log.mjs";
import { ensureTools } from "../packaging/example.mjs";
import { inRoot, WORK_DIR } from "../paths.mjs";
import { pages } from "./markdown.mjs";

const SITE = "tools/docs-site";
const WORK = join(WORK_DIR, "docs-site");
const OUT = inRoot("docs", "site");

/** Links to sources lead into the repository, which the site is not: what remains of them is their text. */
function onlyPages(file, text, known) {
  const parts = text.split(/(^```[\s\S]*?^```)/m);
  const plain = (part) =>
    part.replaceAll(/(!?)\[((?:[^\][]|\[[^\]]*\])*)\]\(([^()\s]+)\)/g, (link, isImage, label, target) => {
      const path = target.split("#")[0];
      if (isImage || path === "" || /^[a-z]+:/.test(target)) return link;
      return known.has(normalize(join(dirname(file), path))) ? link : label;
    });
  // Vite takes a picture's bare path for a package.
  const pictures = (part) => part.replaceAll(/(<img src=")(?![./]|[a-z]+:)/g, "$1./");
  return parts.map((part, index) => (index % 2 === 0 ? pictures(plain(part)) : part)).join("");
}

async function copyPages() {
  const all = await pages();
  const known = new Set(all.map(({ file }) => file));
  for (const { file, text } of all) {
    const target = join(WORK, "src", file);
    mkdirSync(dirname(target), { recursive: true });
    // Vue must not look into the text: no page means anything by {{ }} or by tags but <img>.
    writeFileSync(target, onlyPages(file, text, known));
  }
  cpSync(inRoot("docs", "images"), join(WORK, "src", "docs", "images"), { recursive: true });
  writeFileSync(join(WORK, "src", "index.md"), '---\nlayout: home\nhero:\n  name: Sidewire\n  text: Every message once, in one order\n  tagline: Real-time message sync for chat panels in Chrome extensions\n  actions:\n    - { theme: brand, text: Five minutes, link: /docs/getting-started }\n    - { theme: alt, text: All pages, link: /docs/index }\n---\n');
  return all.length;
}

/** Needs docs/api of typedoc; gives how many pages there are. */
export async function buildSite() {
  if (!existsSync(inRoot("docs", "api", "index.html"))) throw new UserError("docs/api is missing: run `npm run docs` first.");
  rmSync(WORK, { recursive: true, force: true });
  cpSync(inRoot(SITE), WORK, { recursive: true });
  const tools = await ensureTools(SITE);
  mkdirSync(join(WORK, "node_modules"));
  for (const entry of readdirSync(tools)) symlinkSync(join(tools, entry), join(WORK, "node_modules", entry));
  const count = await copyPages();
  cpSync(inRoot("docs", "api"), join(WORK, "src", "public", "api"), { recursive: true });
  await run(join(WORK, "node_modules", ".bin", "vitepress"), ["build", "."], { cwd: WORK, capture: true });
  rmSync(OUT, { recursive: true, force: true });
  cpSync(join(WORK, "out"), OUT, { recursive: true });
  info(`${count} pages and the API reference in docs/site`);
  return { pages: count };
}
