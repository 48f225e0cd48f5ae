// Every link inside the repository leads somewhere: the file is there, and the heading too.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import { inRoot } from "../paths.mjs";
import { anchorsOf, withoutCode } from "./markdown.mjs";

const LINK = /\]\(([^()\s]+)\)/g;

export function linkProblems(all) {
  return all.flatMap(({ file, text }) => {
    const links = [...withoutCode(text).matchAll(LINK)].map(([, target]) => target);
    return links.map((target) => problemOf(file, text, target)).filter(Boolean);
  });
}

function problemOf(file, text, target) {
  if (/^[a-z]+:/.test(target)) return null;
  const [path, anchor] = target.split("#");
  const full = path === "" ? file : normalize(join(dirname(file), path));
  if (!existsSync(inRoot(full))) return `${file}: ${target} leads nowhere`;
  if (anchor === undefined || !full.endsWith(".md")) return null;
  const there = path === "" ? text : readFileSync(inRoot(full), "utf8");
  return anchorsOf(there).has(anchor) ? null : `${file}: ${target} names a heading that ${full} does not have`;
}
