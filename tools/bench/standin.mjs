// A server that charges round trips: each request one, the first one of an origin two more (TCP, TLS), a socket three
// until the handshake, each of its frames one. Behind it is a push server and a message log, both as small as can be.
import { createServer } from "node:http";

const CORS = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*", "Access-Control-Allow-Methods": "*", "Access-Control-Max-Age": "600", "Cross-Origin-Resource-Policy": "cross-origin" };

export class StandIn {
  #rtt;
  #warm = false;
  #sockets = new Set();
  #logs = new Map();

  /** @param rtt One round trip in ms. */
  constructor(rtt) {
    this.#rtt = rtt;
  }

  async start() {
    this.http = createServer((request, response) => this.#answer(request, response));
    await new Promise((done) => this.http.listen(0, "127.0.0.1", done));
    this.api = this.http.address().port;
    await this.startPush(0);
  }

  async startPush(port = this.push) {
    // Not at the top: in a fresh clone the scripts begin before any package is there.
    const { WebSocketServer } = await import("ws");
    this.sockets = new WebSocketServer({ port, host: "127.0.0.1" });
    await new Promise((done) => this.sockets.once("listening", done));
    this.push = this.sockets.address().port;
    this.sockets.on("connection", (socket) => this.#accept(socket));
  }

  /** The push server goes away, its sockets with it. */
  async stopPush() {
    for (const socket of this.#sockets) socket.terminate();
    this.#sockets.clear();
    await new Promise((done) => this.sockets.close(done));
  }

  async stop() {
    await this.stopPush();
    this.http.closeAllConnections();
    await new Promise((done) => this.http.close(done));
  }

  /** The next request pays for a connection again. */
  coolDown() {
    this.#warm = false;
  }

  /** One more message in a log; nothing is pushed. */
  store(sessionId) {
    const log = this.#log(sessionId);
    const sequenceNumber = log.length + 1;
    log.push({ messageId: `${sessionId}-${sequenceNumber}`, sessionId, role: "assistant", content: `message ${sequenceNumber}`, timestamp: Date.now(), sequenceNumber, revision: sequenceNumber });
  }

  #log(sessionId) {
    if (!this.#logs.has(sessionId)) this.#logs.set(sessionId, []);
    return this.#logs.get(sessionId);
  }

  #later(trips, action) {
    setTimeout(action, trips * this.#rtt);
  }

  #accept(socket) {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    const tell = (event, data, channel) => socket.readyState === 1 && socket.send(JSON.stringify({ event, channel, data: JSON.stringify(data) }));
    this.#later(3, () => tell("pusher:connection_established", { socket_id: "1.1", activity_timeout: 120 }));
    socket.on("message", (bytes) => {
      const { event, data } = JSON.parse(String(bytes));
      if (event === "pusher:ping") this.#later(1, () => tell("pusher:pong", {}));
      if (event === "pusher:subscribe") this.#later(1, () => tell("pusher_internal:subscription_succeeded", {}, data.channel));
    });
  }

  #answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    // A preflight is answered at once: an extension with host permissions sends none.
    const preflight = request.method === "OPTIONS";
    const trips = preflight ? 0 : this.#warm ? 1 : 3;
    this.#warm ||= !preflight;
    request.resume();
    this.#later(trips, () => {
      response.writeHead(request.method === "OPTIONS" ? 204 : 200, { ...CORS, "Content-Type": "application/json" });
      response.end(request.method === "OPTIONS" ? "" : JSON.stringify(this.#body(pathname, searchParams)));
    });
  }

  #body(pathname, query) {
    if (pathname === "/api/pusher/auth") return { auth: "key:signature" };
    const session = /^\/api\/session\/([^/]+)\/messages$/.exec(pathname)?.[1];
    if (session === undefined) return {};
    const log = this.#log(decodeURIComponent(session));
    const from = Number(query.get("changedSince") ?? query.get("afterSequence") ?? 0);
    return { messages: log.slice(from), hasMore: false, lastSequenceNumber: log.length, revision: log.length };
  }
}
