// A proxy that speaks Pusher, in front of the real push server: what passes is logged, and rules suppress, delay, replace
// and inject frames, close with a code, or let a connection hang. Rules see events by name, direction and occurrence.
import { createServer } from "node:http";
import { WebSocket, WebSocketServer } from "ws";

const PLAIN = { perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 };

/** What a rule looks at. A frame that is no JSON has no event. */
function read(text) {
  try {
    const { event = null, channel = null } = JSON.parse(text);
    return { event, channel };
  } catch {
    return { event: null, channel: null };
  }
}

const matches = (wanted, value) => wanted === undefined || (wanted instanceof RegExp ? wanted.test(value ?? "") : wanted === value);

/** Only these may go into a close frame; 1005 and 1006 say that there was none. */
const isSendable = (code) => code === 1000 || (code >= 3000 && code <= 4999) || (code >= 1001 && code <= 1014 && ![1004, 1005, 1006].includes(code));

function closeLike(socket, code, reason) {
  if (code === 1006) socket.terminate();
  else if (isSendable(code)) socket.close(code, reason);
  else socket.close();
}

/**
 * One connection of a client, with its own to the server. Frames wait in line: one that is delayed delays those behind
 * it, as on a wire.
 */
class Connection {
  #lines = { client: Promise.resolve(), server: Promise.resolve() };

  constructor(proxy, id, client, server) {
    Object.assign(this, { proxy, id, client, server, isOpen: true });
    client.on("message", (data) => this.#enter("client", String(data)));
    this.server.on("message", (data) => this.#enter("server", String(data)));
    client.on("close", (code, reason) => this.#closed("client", code, String(reason)));
    this.server.on("close", (code, reason) => this.#closed("server", code, String(reason)));
    client.on("error", () => {});
    this.server.on("error", () => client.terminate());
    this.server.resume();
  }

  #enter(from, text) {
    const frame = { from, text, ...read(text) };
    const rule = this.proxy.decide(frame);
    this.proxy.note({ type: "frame", connection: this.id, ...frame, rule: rule?.do ?? null });
    this.#lines[from] = this.#lines[from].then(() => this.#apply(frame, rule)).catch(() => {});
  }

  async #apply(frame, rule) {
    await this.proxy.flowing(this);
    switch (rule?.do) {
      case "suppress":
        return;
      case "delay":
        await new Promise((done) => setTimeout(done, rule.ms));
        break;
      case "replace":
        for (const text of [rule.with(frame.text)].flat()) await this.send(frame.from, text);
        return;
      case "close":
        if (rule.afterwards) await this.send(frame.from, frame.text);
        this.close(rule.code, rule.reason);
        return;
      case "cut":
        this.cut();
        return;
    }
    await this.send(frame.from, frame.text);
  }

  /** Passes a text on, as if it came from the client or from the server. */
  async send(from, text) {
    const socket = from === "client" ? this.server : this.client;
    if (socket.readyState === WebSocket.OPEN) socket.send(text);
  }

  #closed(by, code, reason) {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.proxy.note({ type: "closed", connection: this.id, by, code, reason });
    closeLike(by === "client" ? this.server : this.client, code, reason);
  }

  /** The server closes with this code. */
  close(code, reason = "") {
    this.proxy.note({ type: "close", connection: this.id, code });
    this.client.close(code, reason);
    this.server.close();
  }

  /** The network is gone: no close frame, and none that would come. */
  cut() {
    this.proxy.note({ type: "cut", connection: this.id });
    this.client.terminate();
    this.server.terminate();
  }
}

export class RuleProxy {
  /** `{at, type, connection, …}`: `open`, `frame` (with `from`, `event`, `channel`, `text`, `rule`), `close`, `cut`, `closed`, `refused`. */
  log = [];
  #connections = new Map();
  #rules = [];
  #next = 0;
  #stalled = new Set();
  #released = [];
  #held = new Set();

  /** In front of the push server at `target`; ends with the test. */
  static async start(test, target) {
    const proxy = new RuleProxy();
    proxy.target = target;
    await proxy.up();
    test.after(() => proxy.down());
    return proxy;
  }

  /** Listens, on the same port as before. */
  async up() {
    if (this.http) return;
    const sockets = new WebSocketServer({ noServer: true, ...PLAIN });
    this.http = createServer((_, response) => response.writeHead(404).end());
    this.http.on("upgrade", (request, socket, head) => this.#upgrade(sockets, request, socket, head));
    await new Promise((done, fail) => this.http.once("error", fail).listen(this.port ?? 0, "127.0.0.1", done));
    this.port = this.http.address().port;
  }

  /** Nobody listens, and what was open is cut. */
  async down() {
    const { http } = this;
    this.http = undefined;
    this.cut();
    for (const socket of this.#held) socket.destroy();
    if (http) await new Promise((done) => http.close(done));
  }

  #upgrade(sockets, request, socket, head) {
    const rule = this.#pick((one) => one.on === "open");
    if (rule?.do === "refuse" || rule?.do === "hang") {
      this.note({ type: "refused", how: rule.do });
      socket.on("error", () => {});
      if (rule.do === "refuse") socket.destroy();
      else this.#held.add(socket);
      return;
    }
    socket.on("error", () => {});
    const server = this.#dial(request);
    // As without a proxy: what the server refuses, or does not hear, is no connection.
    server.once("error", () => socket.destroy());
    server.once("open", () => {
      server.pause();
      this.#accept(sockets, request, socket, head, server, rule);
    });
  }

  #dial({ url, headers: { origin, "user-agent": agent } }) {
    return new WebSocket(`ws://127.0.0.1:${this.target}${url}`, { ...PLAIN, headers: { ...(origin ? { origin } : {}), ...(agent ? { "user-agent": agent } : {}) } });
  }

  #accept(sockets, request, socket, head, server, rule) {
    if (socket.destroyed) {
      server.terminate();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const id = (this.#next += 1);
      const connection = new Connection(this, id, client, server);
      this.#connections.set(id, connection);
      this.note({ type: "open", connection: id, address: request.url });
      if (rule?.do === "close") connection.close(rule.code, rule.reason);
    });
  }

  /**
   * A rule for frames: `{from: "client" | "server", event, channel, do, …}`; `event` and `channel` are texts or patterns,
   * or `on: "open"` for connections. `do`: `suppress`, `delay` (`ms`), `replace` (`with(text)` gives the frame or frames
   * in its place), `close` (`code`, `afterwards`: the frame itself still passes), `cut`; for connections `refuse`,
   * `hang` and `close`. `nth`: the n-th that fits only; `times`: that often. The rule made last counts. Returns the
   * function that ends it.
   */
  rule(rule) {
    const own = { ...rule, seen: 0, done: 0 };
    this.#rules.unshift(own);
    return () => (this.#rules = this.#rules.filter((one) => one !== own));
  }

  #pick(fits) {
    for (const rule of this.#rules) {
      if (!fits(rule)) continue;
      rule.seen += 1;
      if (rule.nth !== undefined && rule.seen !== rule.nth) continue;
      if (rule.times !== undefined && rule.done >= rule.times) continue;
      rule.done += 1;
      return rule;
    }
    return undefined;
  }

  /** What is to be done with a frame. */
  decide({ from, event, channel }) {
    return this.#pick((rule) => rule.on !== "open" && matches(rule.from, from) && matches(rule.event, event) && matches(rule.channel, channel));
  }

  note(entry) {
    this.log.push({ at: performance.now(), ...entry });
  }

  /** Connections that are open now. */
  get open() {
    return [...this.#connections.values()].filter(({ isOpen }) => isOpen);
  }

  /** Sends a frame to every client, as if the server had. */
  async inject(frame) {
    const text = typeof frame === "string" ? frame : JSON.stringify(frame);
    await Promise.all(this.open.map((connection) => connection.send("server", text)));
  }

  /** The server closes every connection with this code. */
  close(code, reason) {
    for (const connection of this.open) connection.close(code, reason);
  }

  /** Every connection is lost, as by a network that is gone. */
  cut() {
    for (const connection of this.open) connection.cut();
  }

  /** What is open stays open and nothing passes any more, in either direction: half-open. */
  stall() {
    for (const connection of this.open) this.#stalled.add(connection);
  }

  /** What was held back passes. */
  resume() {
    this.#stalled.clear();
    for (const go of this.#released.splice(0)) go();
  }

  /** Resolves when the connection is not stalled. */
  async flowing(connection) {
    while (this.#stalled.has(connection)) await new Promise((go) => this.#released.push(go));
  }

  /** Entries of a type since a moment of `performance.now()`. */
  entries(type, since = 0) {
    return this.log.filter((entry) => entry.type === type && entry.at >= since);
  }

  /** Frames of one event. */
  frames(event, since = 0) {
    return this.entries("frame", since).filter((entry) => matches(event, entry.event));
  }
}
