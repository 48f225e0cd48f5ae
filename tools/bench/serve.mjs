// Serves the bench's page, cross-origin isolated: there the clock steps by 5 µs, not by 100.
import { createServer } from "node:http";

const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** `files`: path → [type, bytes]. Gives the address and a function that ends it. */
export async function serve(files) {
  const server = createServer((request, response) => {
    const file = files[request.url.split("?")[0]];
    response.writeHead(file ? 200 : 404, { ...ISOLATED, "Content-Type": file?.[0] ?? "text/plain" });
    response.end(file?.[1] ?? "");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
