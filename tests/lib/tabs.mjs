// Tabs and windows of the browser under test, moved by the extension's own worker.
import { createServer } from "node:http";

import { until } from "../../tools/scripts/lib/browser.mjs";

/** Pages on this machine, `/a` and so on, each with its path for a title. Reachable as 127.0.0.1 and as localhost. */
export async function startSite(test) {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>${encodeURIComponent(request.url)}</title><p>A page.`);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  test.after(() => server.close());
  const { port } = server.address();
  return { page: (path, host = "127.0.0.1") => `http://${host}:${port}/${path}` };
}

/** The tabs of a browser. */
export class Tabs {
  constructor(browser) {
    this.browser = browser;
  }

  async open(url, options = {}) {
    const tab = await this.browser.inWorker((properties) => chrome.tabs.create(properties), { url, active: true, ...options });
    await until("the page was loaded", async () => (await this.get(tab.id))?.status === "complete");
    return tab.id;
  }

  get(id) {
    return this.browser.inWorker((tab) => chrome.tabs.get(tab).catch(() => null), id);
  }

  activate(id) {
    return this.browser.inWorker((tab) => chrome.tabs.update(tab, { active: true }), id);
  }

  async navigate(id, url) {
    await this.browser.inWorker(({ tab, to }) => chrome.tabs.update(tab, { url: to }), { tab: id, to: url });
    await until("the page was loaded", async () => (await this.get(id))?.url === url);
  }

  close(id) {
    return this.browser.inWorker((tab) => chrome.tabs.remove(tab), id);
  }

  /** The tab's new number. */
  async discard(id) {
    const tab = await this.browser.inWorker((old) => chrome.tabs.discard(old), id);
    return tab.id;
  }

  group(ids) {
    return this.browser.inWorker((tabIds) => chrome.tabs.group({ tabIds }), ids);
  }

  /** A window with this tab in it; gives the window's number. */
  async toNewWindow(id) {
    const { id: windowId } = await this.browser.inWorker((tabId) => chrome.windows.create({ tabId }), id);
    return windowId;
  }

  async active() {
    const [tab] = await this.browser.inWorker(() => chrome.tabs.query({ active: true, lastFocusedWindow: true }));
    return tab.id;
  }

  /** Gives a tab a session, as a panel does. Needs a page of the extension. */
  async bind(panel, tabId, sessionId) {
    await panel.page.evaluate((message) => chrome.runtime.sendMessage(message), { type: "bindTab", tabId, sessionId });
  }
}

/** Ends the worker at once, as the browser does after 30 s without events. */
export async function killWorker(browser) {
  const session = await browser.main.newBrowserCDPSession();
  const { targetInfos } = await session.send("Target.getTargets", { filter: [{ type: "service_worker" }] });
  for (const { targetId, url } of targetInfos) {
    if (url.startsWith(`chrome-extension://${browser.extensionId}`)) await session.send("Target.closeTarget", { targetId });
  }
  await session.detach();
}
