// A proxy in front of the REST API that is told to answer by itself, to wait, to hang or to cut, and that counts.
import { createServer, request as ask } from "node:http";

export class RestProxy {
  /** `{at, method, path, status}`; `status` is null for what was never answered to its end. `flood` adds `bytes` and `isCut`. */
  log = [];
  #rules = [];
  #sockets = new Set();

  /** In front of the API at `api`; ends with the test. */
  static async start(test, api) {
    const proxy = new RestProxy();
    proxy.target = new URL(api);
    await proxy.up();
    test.after(() => proxy.down());
    return proxy;
  }

  async up() {
    if (this.http) return;
    this.http = createServer((request, response) => void this.#handle(request, response));
    this.http.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    await new Promise((done, fail) => this.http.once("error", fail).listen(this.port ?? 0, "127.0.0.1", done));
    this.port = this.http.address().port;
  }

  /** Nobody listens, and what was open is cut. */
  async down() {
    const { http } = this;
    this.http = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (http) await new Promise((done) => http.close(done));
  }

  get address() {
    return `http://127.0.0.1:${this.port}`;
  }

  /**
   * `{method, path, do, …}`: `path` is a pattern. `do`: `answer` (`status`, `body`, `headers`; `afterwards`: the server
   * has worked all the same), `delay` (`ms`), `hang`, `cut`, `flood` (a body that tells no length and has no end).
   * `times`: that often. The rule made last counts. Returns the function that ends it.
   */
  rule(rule) {
    const own = { ...rule, done: 0 };
    this.#rules.unshift(own);
    return () => (this.#rules = this.#rules.filter((one) => one !== own));
  }

  #decide(method, path) {
    const rule = this.#rules.find((one) => (one.method ?? method) === method && (one.path?.test(path) ?? true) && one.done < (one.times ?? Infinity));
    if (rule) rule.done += 1;
    return rule;
  }

  async #handle(request, response) {
    const entry = { at: performance.now(), method: request.method, path: request.url, status: null };
    this.log.push(entry);
    response.on("finish", () => (entry.status = response.statusCode));
    const rule = this.#decide(request.method, request.url);
    if (rule?.do === "hang") return;
    if (rule?.do === "cut") {
      request.socket.destroy();
      return;
    }
    if (rule?.do === "flood") {
      await this.#flood(response, entry);
      return;
    }
    if (rule?.do === "delay") await new Promise((done) => setTimeout(done, rule.ms));
    const answer = rule?.do === "answer" ? rule : undefined;
    if (answer && !answer.afterwards) this.#answer(response, answer);
    else this.#forward(request, response, answer);
  }

  #answer(response, { status, body = {}, headers = {} }) {
    if (response.destroyed) return;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  }

  /** Until the client has enough. */
  async #flood(response, entry) {
    const piece = Buffer.alloc(64 * 1024, " ");
    entry.bytes = 0;
    response.writeHead(200, { "content-type": "application/json" });
    while (!response.destroyed) {
      entry.bytes += piece.length;
      if (response.write(piece)) continue;
      await new Promise((go) => response.once("drain", go).once("close", go));
    }
    entry.isCut = true;
  }

  #forward(request, response, answer) {
    const { hostname, port } = this.target;
    const upstream = ask({ hostname, port, method: request.method, path: request.url, headers: { ...request.headers, host: `${hostname}:${port}` } }, (incoming) => {
      if (answer) {
        incoming.resume();
        this.#answer(response, answer);
        return;
      }
      response.writeHead(incoming.statusCode, incoming.headers);
      incoming.pipe(response);
    });
    upstream.on("error", () => request.socket.destroy());
    request.pipe(upstream);
  }

  /** Requests since a moment whose path fits. */
  requests(path, since = 0) {
    return this.log.filter((entry) => entry.at >= since && path.test(entry.path));
  }
}
