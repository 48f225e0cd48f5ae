// Backend + Chromium + real side panel, signed in: what `npm start`, the smoke and the e2e tests share.
import { BackendProcess } from "./backend.mjs";
import { Browser, until } from "./browser.mjs";
import { findChromium } from "./chromium.mjs";

/** Points the extension at a backend; `token` null leaves it signed out. Keys: contract, "Where things live". */
export async function configure(browser, backend, token) {
  browser.watch.allow(backend.api, `ws://127.0.0.1:${backend.pushPort}`);
  if (token) browser.watch.secrets.add(token);
  const config = { v: 1, key: backend.key, wsHost: "127.0.0.1", wsPort: backend.pushPort, tls: false, apiBase: backend.api };
  await browser.inWorker(
    async ({ config: value, token: accessToken }) => {
      await chrome.storage.local.set({ "sidewire:config": value, ...(accessToken ? { accessToken } : {}) });
      if (!accessToken) await chrome.storage.local.remove("accessToken");
    },
    { config, token },
  );
}

/** Gives the tab in front a session, through the message a panel would send. Needs an open panel. */
export async function bindActiveTab(panel, sessionId) {
  const bind = () =>
    panel.page.evaluate(async (session) => {
      const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
      return tab?.id !== undefined && chrome.runtime.sendMessage({ type: "bindTab", tabId: tab.id, sessionId: session }).catch(() => false);
    }, sessionId);
  await until("the tab was given its session", bind, 10_000);
}

/**
 * A running product. Options: `push`, `sockudo`, `user`, `agentDelayMs`, `headless`, `profile`, …; `token` is what
 * the extension gets instead of the user's own (null: signed out); `through(backend)` gives what stands between it and the
 * extension, as `{key, api, pushPort}`.
 */
export class Rig {
  static async start(options = {}) {
    const rig = new Rig();
    const { user = "demo", extension } = options;
    try {
      rig.backend = options.backend ?? (await BackendProcess.start(options));
      rig.token = await rig.backend.signIn(user);
      const executable = options.chromium ?? (await findChromium());
      const { headless, profile, isolated, page, size } = options;
      rig.browser = await Browser.start({ executable, extension, headless, profile, isolated, page, size });
      // What a fresh installation has, before anybody chooses servers.
      rig.browser.watch.allow("http://127.0.0.1:3000", "ws://127.0.0.1:3005");
      rig.servers = (await options.through?.(rig.backend)) ?? rig.backend;
      await configure(rig.browser, rig.servers, options.token === undefined ? rig.token : options.token);
      return rig;
    } catch (failure) {
      await rig.stop();
      throw failure;
    }
  }

  async openPanel() {
    this.panel = await this.browser.openPanel();
    await this.panel.page.locator("[data-connection-state]").waitFor({ state: "attached", timeout: 20_000 });
    return this.panel;
  }

  /** Opens the panel on the newest session of the user, or on a new one. */
  async openOnSession(fields = { title: "Demo session" }) {
    const [session] = await this.backend.sessions(this.token);
    this.session = session ?? (await this.backend.createSession(this.token, fields));
    await this.openPanel();
    await bindActiveTab(this.panel, this.session.sessionId);
    return this.panel;
  }

  async stop() {
    await this.browser?.close();
    await this.backend?.stop();
  }
}
