import { createClient, init } from "sidewire";
import { attachLifecycle, chromeToken } from "sidewire/chrome";

await init(); // loads the WebAssembly module; how it gets into your build, see below

const token = chromeToken(); // reads "accessToken" from chrome.storage.local for every request
const client = createClient({
  key: "dev-key",
  url: "ws://127.0.0.1:3005", // wss:// for anything but this machine
  apiBase: "http://127.0.0.1:3000",
  token,
});
attachLifecycle(client, { token }); // hidden, offline, frozen, signed in and out

client.subscribe(() => {
  const { state, reasonLabel } = client.getSnapshot();
  element("#state").textContent = reasonLabel ?? state;
  element("#messages").replaceChildren(
    ...client.messages().map(({ role, content }) => {
      const item = document.createElement("li");
      item.textContent = `${role}: ${content}`;
      return item;
    }),
  );
});

element("#form").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = element<HTMLInputElement>("#form [name=text]");
  client.sendMessage({ content: field.value }); // on screen at once, delivered exactly once
  field.value = "";
});

client.connect(); // from here on `state` says what is missing: the token, the server, the network
const [latest] = await client.listSessions();
const { sessionId } = latest ?? (await client.createSession({ title: "First" }));
await client.loadMessages(sessionId); // the newest page; push and polling go on from there

function element<E extends HTMLElement>(selector: string): E {
  const found = document.querySelector<E>(selector);
  if (found) return found;
  throw new Error(`The page has no ${selector}`);
}
