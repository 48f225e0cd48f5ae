import { createClient, init } from "sidewire";
import { converse } from "./converse.js";

// An offscreen document has nothing of `chrome` but `runtime`: what it needs comes with the message.
chrome.runtime.onMessage.addListener(({ to, task }, _sender, respond) => {
  if (to !== "offscreen") return false;
  init().then(() => converse(createClient, task)).then(respond, (error) => respond({ failed: error.message }));
  return true;
});
