// A worker that keeps a connection: it lives as long as the push server is pinged, and goes on after it was killed.
import { createClient, init } from "sidewire/inline";
import { attachLifecycle, chromeToken, keepRecord } from "sidewire/chrome";
import { converse } from "./converse.js";

init();
const life = crypto.randomUUID();
let started = null;
const client = () => (started ??= start());
// After a kill it goes on by itself, whatever it was woken for.
chrome.storage.session.get("sidewire:connection").then((stored) => stored["sidewire:connection"] && client());
chrome.sidePanel.setPanelBehavior({ openPanelOnActionClick: true });
chrome.runtime.onMessage.addListener((message, _sender, respond) => {
  const answer = handle(message);
  if (answer === null) return false;
  answer.then(respond, (error) => respond({ failed: error.message }));
  return true;
});

function handle({ host, task, watch, report }) {
  if (host === "service worker") return converse(createClient, task);
  if (host === "offscreen document") return inOffscreen(task);
  if (watch !== undefined) return client().then((it) => it.startSync(watch));
  if (report) return client().then(tell);
  return null;
}

async function start() {
  const { settings } = await chrome.storage.local.get("settings");
  const token = chromeToken();
  const it = createClient({ ...settings, token });
  attachLifecycle(it, { token });
  await keepRecord(it);
  return it;
}

function tell(it) {
  const { state, sessionId } = it.getSnapshot();
  const messages = it.messages().map(({ content }) => content);
  return { life, state, sessionId, messages, socketsOpened: it.diagnostics().counters.socketsOpened };
}

async function inOffscreen(task) {
  if (!(await chrome.offscreen.hasDocument())) {
    await chrome.offscreen.createDocument({ url: "offscreen.html", reasons: ["WORKERS"], justification: "Keeps the conversation" });
  }
  return chrome.runtime.sendMessage({ to: "offscreen", task });
}
