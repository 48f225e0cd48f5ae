// Records in the panel what appears and when, so that nothing short-lived is missed.

/** Runs in the panel: notes the first sight of every bubble, of every state and of every typing indicator. */
function install() {
  const seen = { start: performance.now(), bubbles: [], typing: [], states: [], texts: {}, doubles: [] };
  globalThis.sidewireSeen = seen;
  const at = () => Math.round(performance.now() - seen.start);
  const look = () => {
    const ids = new Set();
    for (const bubble of document.querySelectorAll("[data-message-id]")) {
      const { messageId: id, role, status } = bubble.dataset;
      if (ids.has(id)) seen.doubles.push(id);
      ids.add(id);
      const text = bubble.textContent;
      if (seen.texts[id] === undefined) seen.bubbles.push({ at: at(), id, role, status, text });
      seen.texts[id] = text;
    }
    const typing = document.querySelector("[data-typing]")?.dataset.typing;
    if (typing && seen.typing.at(-1)?.context !== typing) seen.typing.push({ at: at(), context: typing });
    const state = document.querySelector("[data-connection-state]")?.dataset.connectionState;
    if (state && seen.states.at(-1)?.state !== state) seen.states.push({ at: at(), state });
  };
  look();
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}

export class Observer {
  static async start(panel) {
    const observer = new Observer();
    observer.panel = panel;
    await panel.page.evaluate(install);
    return observer;
  }

  /** Sets the zero of all times. */
  restart() {
    return this.panel.page.evaluate(() => {
      const { sidewireSeen: seen } = globalThis;
      Object.assign(seen, { start: performance.now(), bubbles: [], typing: [], states: seen.states.slice(-1) });
    });
  }

  read() {
    return this.panel.page.evaluate(() => globalThis.sidewireSeen);
  }
}

/** Message ids that are on screen now, in order. */
export const idsOnScreen = (panel) => panel.bubbles().evaluateAll((bubbles) => bubbles.map((bubble) => bubble.dataset.messageId));

/** The ids of all messages from top to bottom. Only rows near the view are in the page, so the log is scrolled through. */
export async function allIds(panel) {
  const log = panel.page.getByRole("log");
  const ids = new Set();
  await log.evaluate((element) => element.scrollTo(0, 0));
  for (;;) {
    await panel.page.waitForTimeout(150);
    for (const id of await idsOnScreen(panel)) ids.add(id);
    const atEnd = await log.evaluate((element) => {
      const end = element.scrollTop + element.clientHeight >= element.scrollHeight - 1;
      element.scrollBy(0, element.clientHeight * 0.8);
      return end;
    });
    if (atEnd) return [...ids];
  }
}

/** How many bubbles hold exactly this text. */
export const countText = (panel, text, role) => panel.bubbles(role).filter({ hasText: text }).count();
