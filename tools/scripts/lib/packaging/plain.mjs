// The package without any tool: a page with an import map, served as files.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import { Browser } from "../browser.mjs";
import { UserError } from "../log.mjs";
import { converseOnPage, settingsOf } from "./extension.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

function serve(folder, port) {
  const server = createServer((request, response) => {
    const file = join(folder, normalize(new URL(request.url, "http://x").pathname));
    if (!file.startsWith(folder) || !existsSync(file) || !extname(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    return createReadStream(file).pipe(response);
  });
  return new Promise((done) => server.listen(port, "127.0.0.1", () => done(server)));
}

/** Runs in the page: a conversation on the hub in memory. */
async function onTestHub() {
  const { createHub } = await import("/node_modules/sidewire/pkg/testing.js");
  const hub = createHub();
  const { sessionId } = hub.createSession();
  hub.onInteract(({ message }) => hub.addMessage(sessionId, { content: `You said ${message.content}` }));
  const client = hub.createClient();
  client.startSync(sessionId);
  client.sendMessage({ content: "Hello" });
  await hub.until(() => client.getSnapshot().state === "connected" && client.messages().length === 2);
  return client.messages().map(({ content }) => content);
}

/** Needs a backend that lets `http://127.0.0.1:<port>` call; gives what was seen. */
export async function runPlain(folder, backend, port, extension) {
  const server = await serve(folder, port);
  const address = `http://127.0.0.1:${port}`;
  const accessToken = await backend.signIn("packaging-plain");
  const browser = await Browser.start({ executable: backend.chromium, extension });
  try {
    const page = await browser.main.contexts()[0].newPage();
    // Any file of the server: storage belongs to its origin.
    await page.goto(`${address}/node_modules/sidewire/pkg/index.js`);
    const stored = { settings: JSON.stringify(settingsOf(backend)), accessToken };
    await page.evaluate((values) => Object.entries(values).forEach(([name, value]) => localStorage.setItem(name, value)), stored);
    await page.goto(`${address}/index.html`);
    await converseOnPage(page, "Hello from a plain page");
    const texts = await page.evaluate(onTestHub);
    if (texts.join() !== "Hello,You said Hello") throw new UserError(`sidewire/testing gave ${texts.join()} in a browser`);
    return { page: "ok", "sidewire/testing in a browser": "ok" };
  } finally {
    await browser.close();
    server.close();
  }
}
