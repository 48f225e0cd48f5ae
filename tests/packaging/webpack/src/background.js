import { createClient, init } from "sidewire/inline";
import { chromeToken } from "sidewire/chrome";

// Done when it returns: everything below is registered in the worker's first turn.
init();
chrome.sidePanel.setPanelBehavior({ openPanelOnActionClick: true });
chrome.runtime.onMessage.addListener((message, _sender, respond) => {
  if (message.type !== "ask") return false;
  ask(message.text).then(respond, (error) => respond(`failed: ${error.message}`));
  return true;
});

/** Sends a message from the worker and resolves with the agent's answer. */
async function ask(text) {
  const { settings } = await chrome.storage.local.get("settings");
  const client = createClient({ ...settings, token: chromeToken() });
  const session = await client.createSession({ title: "From the worker" });
  await client.loadMessages(session.sessionId);
  const answer = new Promise((resolve) => {
    client.subscribe(() => {
      const done = client.messages().find((message) => message.role === "assistant" && message.status === "success");
      if (done) resolve(`${client.getSnapshot().state}: ${done.content}`);
    });
  });
  client.sendMessage({ content: text });
  return answer.finally(() => client.close());
}
