import { createClient, init } from "sidewire";
import { attachLifecycle, chromeToken } from "sidewire/chrome";

await init();

// Where your servers are: { key, url, apiBase }. The token is read from "accessToken".
const { settings } = await chrome.storage.local.get("settings");
const token = chromeToken();
const client = createClient({ ...settings, token });
attachLifecycle(client, { token });

client.subscribe(() => {
  document.querySelector("#state").textContent = client.getSnapshot().state;
  const items = client.messages().map(({ role, status, content }) => {
    const item = document.createElement("li");
    Object.assign(item.dataset, { role, status });
    item.textContent = content;
    return item;
  });
  document.querySelector("#messages").replaceChildren(...items);
});

document.querySelector("#form").addEventListener("submit", (event) => {
  event.preventDefault();
  const { text } = event.target.elements;
  client.sendMessage({ content: text.value });
  text.value = "";
});

const [session] = await client.listSessions();
client.startSync(session.sessionId);
