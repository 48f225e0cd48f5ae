// The package without any tool: a page with an import map, served as files.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import { Browser } from "../browser.mjs";
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
    return { page: "ok" };
  } finally {
    await browser.close();
    server.close();
  }
}
