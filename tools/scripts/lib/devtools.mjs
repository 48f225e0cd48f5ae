// A client of the browser's own debugging protocol, for what Playwright does not show: workers that come and go, and
// everything that a page did before anybody could connect to it.

/** One connection to the browser. Targets are sessions of it, by their `sessionId`. */
export class DevTools {
  #next = 0;
  #waiting = new Map();
  #listeners = new Set();

  /** `port`: of the browser's debugging. */
  static async connect(port) {
    // Not at the top: in a fresh clone the scripts begin before any package is there.
    const { WebSocket } = await import("ws");
    const client = new DevTools();
    const version = await (await fetch(`http://127.0.0.1:${port}/json/version`)).json();
    client.socket = new WebSocket(version.webSocketDebuggerUrl, { perMessageDeflate: false, maxPayload: 256 * 1024 * 1024 });
    await new Promise((done, fail) => client.socket.once("open", done).once("error", fail));
    client.socket.on("message", (text) => client.#receive(JSON.parse(text)));
    client.socket.on("close", () => client.#end());
    client.socket.on("error", () => {});
    return client;
  }

  #receive({ id, result, error, method, params, sessionId }) {
    if (id === undefined) {
      for (const listener of this.#listeners) listener(method, params, sessionId);
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.fail(new Error(`${waiting.method}: ${error.message}`));
    else waiting?.done(result);
  }

  #end() {
    for (const { fail, method } of this.#waiting.values()) fail(new Error(`${method}: the browser has gone`));
    this.#waiting.clear();
  }

  /** Rejects when the browser refuses, or has gone before it answers. */
  send(method, params = {}, sessionId = undefined) {
    const id = (this.#next += 1);
    return new Promise((done, fail) => {
      this.#waiting.set(id, { done, fail, method });
      this.socket.send(JSON.stringify({ id, method, params, sessionId }), (failure) => failure && fail(failure));
    });
  }

  /** `listener(method, params, sessionId)`. Returns the function that ends it. */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with the parameters of the next event that fits; rejects after `ms`. */
  next(method, fits = () => true, ms = 10_000) {
    return new Promise((done, fail) => {
      const forget = this.on((name, params, sessionId) => {
        if (name !== method || !fits(params, sessionId)) return;
        clearTimeout(timer);
        forget();
        done({ params, sessionId });
      });
      const timer = setTimeout(() => {
        forget();
        fail(new Error(`${method} did not come within ${ms} ms`));
      }, ms);
    });
  }

  close() {
    this.socket.close();
  }
}
