// docs/getting-started.md, done as it stands there: its blocks become an extension, and its steps are taken.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Browser } from "../browser.mjs";
import { blocksOf } from "../docs/markdown.mjs";
import { UserError } from "../log.mjs";
import { inRoot } from "../paths.mjs";
import { buildExample } from "./example.mjs";

const PAGE = "docs/getting-started.md";

/** What a reader has already: an extension with a panel, a worker and a bundler. */
const OWN = {
  manifest: {
    manifest_version: 3,
    name: "Somebody's extension",
    version: "1.0",
    action: {},
    side_panel: { default_path: "panel.html" },
    background: { service_worker: "background.js", type: "module" },
  },
  html: '<!doctype html><meta charset="utf-8"><p id="state"></p><ul id="messages"></ul><form id="form"><input name="text" aria-label="Message"></form><script type="module" src="panel.js"></script>',
  worker: "chrome.sidePanel.setPanelBehavior({ openPanelOnActionClick: true });\n",
};

function blocks() {
  const all = blocksOf({ file: PAGE, text: readFileSync(inRoot(PAGE), "utf8") });
  const find = (language, text) => {
    const block = all.find((candidate) => candidate.language === language && candidate.code.includes(text));
    if (!block) throw new UserError(`${PAGE} has no ${language} block with ${text}`);
    return block.code;
  };
  return { manifest: JSON.parse(find("json", "wasm-unsafe-eval")), panel: find("ts", "createClient"), signIn: find("ts", "sign-in") };
}

/** The reader's servers may be elsewhere than the page's. */
const here = (code, backend) => code.replaceAll("ws://127.0.0.1:3005", backend.push).replaceAll("http://127.0.0.1:3000", backend.api);

export async function runStart(tarball, backend) {
  const { manifest, panel, signIn } = blocks();
  const { folder } = await buildExample("esbuild", tarball, "getting-started", (work) => {
    writeFileSync(join(work, "manifest.json"), JSON.stringify({ ...OWN.manifest, ...manifest }));
    mkdirSync(join(work, "src"), { recursive: true });
    writeFileSync(join(work, "src", "panel.html"), OWN.html);
    writeFileSync(join(work, "src", "background.js"), OWN.worker);
    writeFileSync(join(work, "src", "panel.ts"), here(panel, backend));
    const build = readFileSync(join(work, "build.js"), "utf8");
    writeFileSync(join(work, "build.js"), build.replace("src/panel.js", "src/panel.ts"));
  });
  cpSync(join(folder, "manifest.json"), join(folder, "dist", "manifest.json"));
  return follow(join(folder, "dist"), here(signIn, backend));
}

async function follow(dist, signIn) {
  const { findChromium } = await import("../chromium.mjs");
  const browser = await Browser.start({ executable: await findChromium(), extension: dist });
  try {
    const { page } = await browser.openPanel();
    await page.locator("#state", { hasText: "No token" }).waitFor({ timeout: 20_000 });
    // The block is typed into the console, where a reader types it.
    await Promise.all([page.waitForNavigation(), evaluateInConsole(page, signIn)]);
    await page.locator("#state", { hasText: "connected" }).waitFor({ timeout: 20_000 });
    await page.getByRole("textbox", { name: "Message" }).fill("Hello from the page");
    await page.keyboard.press("Enter");
    await page.locator("li", { hasText: "user: Hello from the page" }).waitFor({ timeout: 20_000 });
    await page.locator("li", { hasText: "assistant: " }).waitFor({ timeout: 20_000 });
    return { "getting started": "ok" };
  } finally {
    await browser.close();
  }
}

/** Not `page.evaluate`: the console takes top-level await, and the page's policy allows no `eval`. */
async function evaluateInConsole(page, code) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: code, replMode: true, awaitPromise: true }).catch(() => undefined);
}
