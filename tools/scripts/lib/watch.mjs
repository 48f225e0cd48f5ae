// What the extension does, from the first line of every page and worker of it on: console errors, uncaught exceptions,
// requests with their preflights, sockets. Nothing is missed because somebody connected too late.
import { DevTools } from "./devtools.mjs";

const NETWORK = /^(?:https?|wss?):$/;
/** A page is a target below its tab; only so the side panel is told of. */
const FILTER = [{ type: "tab" }, { type: "service_worker" }, { exclude: true }];

export class Watch {
  /** Console errors and uncaught exceptions, in order. */
  errors = [];
  /** Everything that was written to the console. */
  said = [];
  /** Texts that may be in no address and no output. */
  secrets = new Set();
  /** What else is searched for them: functions that give texts. */
  outputs = [];
  /** Hosts that were contacted, `name:port`. */
  hosts = new Set();
  /** Requests that only asked whether a request may be made (CORS), as `METHOD address`. */
  preflights = [];
  /** `{at, method, url, kind, status}` of every request; `kind` is `page` or `worker`, `at` of `performance.now()`. */
  requests = [];
  /** `{url, opened, closed}` of every WebSocket. */
  sockets = new Map();
  /** Hosts that somebody has configured. */
  configured = new Set();
  /** Patterns of errors that somebody provokes on purpose. */
  expected = [];
  #targets = new Map();
  #open = new Map();

  /** Watches every page and worker whose address begins with `origin`, those that are open included. */
  static async start(port, origin) {
    const watch = new Watch();
    watch.origin = origin;
    watch.devtools = await DevTools.connect(port);
    watch.devtools.on((method, params, sessionId) => watch.#hear(method, params, sessionId));
    await watch.#attachBelow(undefined);
    return watch;
  }

  #attachBelow(sessionId) {
    const filter = sessionId === undefined ? { filter: FILTER } : {};
    return this.#ask("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true, ...filter }, sessionId);
  }

  /** A target may be gone before it is asked. */
  #ask(method, params, sessionId) {
    return this.devtools.send(method, params, sessionId).catch(() => undefined);
  }

  #hear(method, params, sessionId) {
    if (method === "Target.attachedToTarget") void this.#attached(params);
    else if (method === "Target.detachedFromTarget") this.#gone(params.sessionId);
    else if (this.#targets.has(sessionId)) this.#handle(this.#targets.get(sessionId), method, params);
  }

  /** The target waits until it is told to go on, so that its first line is seen. */
  async #attached({ sessionId, targetInfo: { type, url } }) {
    if (type === "tab") {
      await this.#attachBelow(sessionId);
    } else {
      const isWorker = type === "service_worker";
      this.#targets.set(sessionId, { kind: isWorker ? "worker" : "page", isOurs: url.startsWith(this.origin), sockets: new Set() });
      for (const domain of ["Runtime", "Log", "Network"]) void this.#ask(`${domain}.enable`, {}, sessionId);
    }
    await this.#ask("Runtime.runIfWaitingForDebugger", {}, sessionId);
  }

  #gone(sessionId) {
    for (const id of this.#targets.get(sessionId)?.sockets ?? []) this.#closed(id);
    this.#targets.delete(sessionId);
  }

  #handle(target, method, params) {
    // A tab shows a page of ours at one time, and another one at another.
    if (method === "Runtime.executionContextCreated") target.isOurs = `${params.context.origin}/`.startsWith(this.origin);
    if (!target.isOurs) return;
    switch (method) {
      case "Runtime.consoleAPICalled":
        this.#consoled(target, params);
        break;
      case "Runtime.exceptionThrown":
        this.#complain(target, `${params.exceptionDetails.text} ${params.exceptionDetails.exception?.description ?? ""}`);
        break;
      case "Log.entryAdded":
        if (params.entry.level === "error") this.#complain(target, `${params.entry.text}${params.entry.url ? ` (${params.entry.url})` : ""}`);
        break;
      case "Network.requestWillBeSent":
        this.#requested(target, params);
        break;
      case "Network.responseReceived":
        if (this.#open.has(params.requestId)) this.#open.get(params.requestId).status = params.response.status;
        break;
      case "Network.webSocketCreated":
        this.#note(params.url);
        target.sockets.add(params.requestId);
        this.sockets.set(params.requestId, { url: params.url, opened: performance.now(), closed: null });
        break;
      case "Network.webSocketClosed":
        this.#closed(params.requestId);
        break;
    }
  }

  #consoled(target, { type, args }) {
    const text = args.map((item) => item.value ?? item.description).join(" ");
    this.said.push(text);
    if (type === "error" || type === "assert") this.#complain(target, text);
  }

  #complain({ kind }, text) {
    this.errors.push(kind === "worker" ? `worker: ${text}` : text);
  }

  #requested({ kind }, { requestId, request: { method, url }, initiator }) {
    if (!NETWORK.test(new URL(url).protocol)) return;
    this.#note(url);
    if (initiator.type === "preflight") {
      this.preflights.push(`${method} ${url}`);
      return;
    }
    const request = { at: performance.now(), method, url, kind, status: null };
    this.#open.set(requestId, request);
    this.requests.push(request);
  }

  #closed(id) {
    const socket = this.sockets.get(id);
    if (socket && socket.closed === null) socket.closed = performance.now();
  }

  #note(address) {
    const url = new URL(address);
    if (NETWORK.test(url.protocol)) this.hosts.add(url.host);
  }

  /** WebSockets that are open, or are being opened. */
  get openSockets() {
    return [...this.sockets.values()].filter(({ closed }) => closed === null);
  }

  /** From now on these addresses are configured ones. */
  allow(...addresses) {
    for (const address of addresses) this.configured.add(new URL(address).host);
  }

  /** Errors that nobody has provoked. */
  get unexpectedErrors() {
    return this.errors.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
  }

  /** Hosts that nobody has configured. */
  get foreignHosts() {
    return [...this.hosts].filter((host) => !this.configured.has(host));
  }

  /** Where a secret was found, without the secret. */
  get leaks() {
    const addresses = [...this.requests, ...this.sockets.values()].map(({ url }) => url);
    const places = { "the console": [...this.said, ...this.errors], "an address": addresses, "an output": this.outputs.map((read) => read()) };
    const holds = (texts) => texts.some((text) => [...this.secrets].some((secret) => text.includes(secret)));
    return Object.entries(places).filter(([, texts]) => holds(texts)).map(([name]) => name);
  }

  /** Requests since a moment whose address fits. */
  requested(address, since = 0) {
    return this.requests.filter(({ at, url }) => at >= since && address.test(url));
  }

  close() {
    this.devtools.close();
  }
}
