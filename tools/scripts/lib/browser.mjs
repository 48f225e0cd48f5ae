// Chromium with the unpacked extension, driven over CDP. The browser is started by us, not by Playwright, so that its
// timers, throttling and idle worker behave as they do for users; Playwright only connects to it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { launch, onStop, stopGroup } from "./exec.mjs";
import { UserError } from "./log.mjs";
import { openPanel } from "./panel.mjs";
import { ROOT } from "./paths.mjs";
import { Watch } from "./watch.mjs";

const START_MS = 30_000;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Polls until `probe` gives something truthy. */
export async function until(what, probe, timeoutMs = START_MS) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new UserError(`Waited ${timeoutMs / 1000} s in vain until ${what}.`);
    await sleep(50);
  }
}

function flags({ profile, extension, headless, isolated, size }) {
  const list = [
    `--user-data-dir=${profile}`,
    `--load-extension=${extension}`,
    `--disable-extensions-except=${extension}`,
    "--remote-debugging-port=0",
    `--window-size=${size.width},${size.height}`,
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--password-store=basic",
    "--disable-features=MediaRouter,OptimizationHints,Translate",
  ];
  if (headless) list.push("--headless=new", "--disable-gpu", "--hide-scrollbars", "--mute-audio");
  if (process.getuid?.() === 0) list.push("--no-sandbox");
  // Tests reach this machine and nothing else; an attempt is seen as a failed request.
  if (isolated) list.push("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost");
  return list;
}

/** Developer mode on before the first start: without it `chrome.runtime.reload()` disables the extension. */
function writePreferences(profile) {
  mkdirSync(join(profile, "Default"), { recursive: true });
  const preferences = { extensions: { ui: { developer_mode: true } }, session: { restore_on_startup: 5 } };
  writeFileSync(join(profile, "Default", "Preferences"), JSON.stringify(preferences), { flag: "wx" });
}

function readPort(profile) {
  try {
    return Number(readFileSync(join(profile, "DevToolsActivePort"), "utf8").split("\n")[0]);
  } catch {
    return undefined;
  }
}

export class Browser {
  #child;
  #errors = "";

  /** `profile`: a folder to keep; without one a temporary folder is used and removed. */
  static async start(options) {
    const { executable, extension = ROOT, headless = true, isolated = true, size = { width: 1200, height: 800 } } = options;
    const browser = new Browser();
    browser.temporary = options.profile === undefined;
    browser.profile = options.profile ?? mkdtempSync(join(tmpdir(), "sidewire-chromium-"));
    try {
      writePreferences(browser.profile);
    } catch {
      // The kept profile has preferences of its own.
    }
    rmSync(join(browser.profile, "DevToolsActivePort"), { force: true });
    browser.forget = onStop(() => browser.close());
    // `page: null` opens none of ours: the profile may bring back its own.
    const pages = options.page === null ? [] : [options.page ?? "about:blank"];
    const args = [...flags({ profile: browser.profile, extension, headless, isolated, size }), ...pages];
    browser.#child = launch(executable, args, { stdio: ["ignore", "ignore", "pipe"] });
    browser.#child.stderr.setEncoding("utf8").on("data", (text) => (browser.#errors = (browser.#errors + text).slice(-4000)));
    await browser.#connect();
    return browser;
  }

  async #connect() {
    await until("Chromium opened its debugging port", () => {
      if (this.#child.exitCode !== null) throw new UserError(`Chromium ended at once: ${this.#errors.trim().split("\n").pop()}`);
      return (this.port = readPort(this.profile));
    });
    this.playwright = (await import("playwright-core")).chromium;
    await this.attach();
  }

  /** Watches and drives the browser from now on. */
  async attach() {
    this.main = await this.connection();
    const worker = await until("the extension's service worker was there", () => this.findWorker());
    this.extensionId = new URL(worker.url()).host;
    this.watch = await Watch.start(this.port, `chrome-extension://${this.extensionId}/`);
  }

  /** Lets go of it: a worker that somebody is attached to never idles out. `attach` comes back. */
  async leave() {
    this.watch.close();
    await this.main.close().catch(() => {});
  }

  /** A new Playwright connection: it sees what is open now, the side panel included. */
  connection() {
    return this.playwright.connectOverCDP(`http://127.0.0.1:${this.port}`);
  }

  findWorker() {
    return this.main.contexts()[0].serviceWorkers().find((worker) => worker.url().startsWith("chrome-extension://"));
  }

  /** Runs a function in the extension's service worker, which has to be awake. */
  async inWorker(body, argument) {
    const worker = await until("the extension's service worker was awake", () => this.findWorker());
    return worker.evaluate(body, argument);
  }

  /** Opens the real side panel, as a click on the toolbar icon does. */
  openPanel(options) {
    return openPanel(this, options);
  }

  /** Calls back once the browser has gone, for whatever reason. */
  whenClosed(action) {
    this.#child.once("exit", action);
  }

  /** Ends the browser as its user does: it writes down what is open. */
  async quit() {
    // What Chromium answers a worker that is at work at this moment.
    this.watch.expected.push(/: The browser is shutting down\.$/);
    const gone = new Promise((done) => this.#child.once("exit", done));
    const session = await this.main.newBrowserCDPSession();
    await session.send("Browser.close").catch(() => {});
    await gone;
    await this.close();
  }

  get errors() {
    return this.#errors;
  }

  async close() {
    if (this.closed) return;
    this.closed = true;
    this.forget();
    this.watch?.close();
    await stopGroup(this.#child.pid);
    if (this.temporary) rmSync(this.profile, { recursive: true, force: true, maxRetries: 10 });
  }
}
