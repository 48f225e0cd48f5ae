// The real side panel: opened by the extension's action, seen by a Playwright connection made afterwards.
import { until } from "./browser.mjs";
import { UserError } from "./log.mjs";

/** A click that a window did not take (it was still coming up) is made again after that long, in ms. */
const CLICK_MS = 5_000;

/** The addresses of all panels whose document is there (Chromium does not say of which window they are). */
const findPanels = (browser) =>
  browser.inWorker(async () => {
    const panels = await chrome.runtime.getContexts({ contextTypes: ["SIDE_PANEL"] });
    return panels.map(({ documentUrl }) => documentUrl ?? "").filter((url) => url.startsWith("chrome-extension://"));
  });

/** Fires the action on a tab of the window; before the behaviour is set this would only raise `action.onClicked`. */
async function trigger(browser, tabUrl) {
  await until("a click on the action opens the panel", () =>
    browser.inWorker(async () => (await chrome.sidePanel.getPanelBehavior()).openPanelOnActionClick),
  );
  const session = await browser.main.newBrowserCDPSession();
  // The panel is a target of type `tab` as well; the action belongs to a tab of the window.
  const isWanted = (target) => (tabUrl ? target.url === tabUrl : !target.url.startsWith(`chrome-extension://${browser.extensionId}`));
  try {
    const tab = await until("the window had the tab that is clicked for", async () => {
      const { targetInfos } = await session.send("Target.getTargets", { filter: [{ type: "tab" }] });
      return targetInfos.find(isWanted) ?? (tabUrl ? undefined : targetInfos[0]);
    });
    await session.send("Extensions.triggerAction", { id: browser.extensionId, targetId: tab.targetId });
  } finally {
    await session.detach();
  }
}

/** Clicks until there is one panel more (`tabUrl`: beside those of other windows). Never on an open one: that would close it. */
async function clickOpen(browser, tabUrl) {
  const others = tabUrl ? (await findPanels(browser)).length : 0;
  let clicked = -Infinity;
  await until("the side panel was open", async () => {
    if ((await findPanels(browser)).length > others) return true;
    if (performance.now() - clicked > CLICK_MS) {
      await trigger(browser, tabUrl);
      clicked = performance.now();
    }
    return false;
  });
}

/** `tabUrl`: the panel of another window than the first, by a tab of it. `windowId`, `incognito`: how it is recognised. */
export async function openPanel(browser, { tabUrl, ...wanted } = {}) {
  // The worker does not see the panels of incognito windows.
  if (wanted.incognito) await trigger(browser, tabUrl);
  else await clickOpen(browser, tabUrl);
  return Panel.attach(browser, wanted);
}

export class Panel {
  static async attach(browser, wanted = {}) {
    const panel = new Panel();
    panel.browser = browser;
    panel.wanted = wanted;
    panel.url = wanted.incognito ? `chrome-extension://${browser.extensionId}/dist/panel.html` : (await findPanels(browser))[0];
    const seen = [];
    panel.page = await until("Playwright saw the side panel", () => panel.#find(seen)).catch((failure) => {
      throw new UserError(`${failure.message} It looked for ${panel.url} and saw ${JSON.stringify(seen)}.`);
    });
    return panel;
  }

  /** `seen`: the addresses of all pages at the last look. */
  async #find(seen) {
    this.connection = await this.browser.connection();
    this.context = this.connection.contexts()[0];
    seen.splice(0, seen.length, ...this.context.pages().map((page) => page.url()));
    const pages = this.context.pages().filter((candidate) => candidate.url().split("#")[0] === this.url.split("#")[0]);
    for (const page of pages) if (await this.#isWanted(page)) return page;
    await this.connection.close();
    return undefined;
  }

  async #isWanted(page) {
    const { windowId, incognito } = this.wanted;
    if (windowId === undefined && incognito === undefined) return true;
    const found = await page.evaluate(async () => ({ windowId: (await chrome.windows.getCurrent()).id, incognito: chrome.extension.inIncognitoContext }));
    return (windowId === undefined || found.windowId === windowId) && (incognito === undefined || found.incognito === incognito);
  }

  /** Console errors and uncaught exceptions of the extension since the browser started. */
  get errors() {
    return this.browser.watch.errors;
  }

  /** Hosts that the extension contacted and nobody has configured. */
  get foreignHosts() {
    return this.browser.watch.foreignHosts;
  }

  async state() {
    return this.page.locator("[data-connection-state]").getAttribute("data-connection-state");
  }

  waitForState(state, timeout = 20_000) {
    return this.page.locator(`[data-connection-state="${state}"]`).waitFor({ state: "attached", timeout });
  }

  get composer() {
    return this.page.getByRole("textbox", { name: "Message" });
  }

  bubbles(role) {
    return this.page.locator(role ? `[data-message-id][data-role="${role}"]` : "[data-message-id]");
  }

  /** The user closes the panel. */
  async close() {
    const before = (await findPanels(this.browser)).length;
    await this.page.evaluate(() => window.close()).catch(() => {});
    await until("the side panel was closed", async () => (await findPanels(this.browser)).length < Math.max(before, 1));
    await this.connection.close().catch(() => {});
  }

  /** One picture of the panel alone. */
  async screenshot(file, { colorScheme, width, height } = {}) {
    if (colorScheme) await this.page.emulateMedia({ colorScheme });
    if (width) await this.page.setViewportSize({ width, height: height ?? 665 });
    await this.page.screenshot({ path: file });
    return file;
  }
}
