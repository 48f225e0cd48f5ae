// A proxy that passes bytes on one by one, each in a packet of its own, as the worst of networks may.
import { connect, createServer } from "node:net";

/** In front of the server at `port`, until the test ends: its own `port`, and how many `bytes` dripped to clients. */
export async function startDripProxy(test, port) {
  const proxy = { bytes: 0 };
  const sockets = new Set();
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true));
      // Whoever is gone takes the other side along.
      socket.on("error", () => {}).once("close", () => [client, upstream].forEach((one) => one.destroy()));
    }
    client.pipe(upstream);
    void drip(upstream, client, proxy).catch(() => {});
  });
  await new Promise((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
  test.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return Object.assign(proxy, { port: server.address().port });
}

async function drip(from, to, proxy) {
  for await (const chunk of from) {
    for (const byte of chunk) {
      await new Promise((done, fail) => to.write(Buffer.of(byte), (error) => (error ? fail(error) : done())));
      proxy.bytes += 1;
    }
  }
}
