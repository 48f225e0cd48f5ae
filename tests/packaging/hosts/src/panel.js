import { createClient, init } from "sidewire";
import { doctor } from "sidewire/chrome";
import { converse } from "./converse.js";

/** Runs a conversation in one of the four hosts. */
globalThis.converseIn = async (host, text) => {
  const stored = await chrome.storage.local.get(["settings", "accessToken"]);
  const task = { ...stored, text };
  switch (host) {
    case "side panel":
      await init();
      return converse(createClient, task);
    case "dedicated worker":
      return inWorker(task);
    default:
      return chrome.runtime.sendMessage({ host, task });
  }
};

/** What `init` says here, for the test without the line in the manifest. */
globalThis.initFails = () => init().then(() => null, ({ code, message }) => ({ code, message }));

/** What the package's doctor finds here. `change`: settings that differ from the stored ones. */
globalThis.diagnose = async (change = {}) => {
  const { settings, accessToken } = await chrome.storage.local.get(["settings", "accessToken"]);
  return doctor({ ...settings, ...change, token: () => accessToken });
};

function inWorker(task) {
  const worker = new Worker("worker.js", { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}
