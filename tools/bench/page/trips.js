// The two clients against the stand-in: ms until history is there and push is live.
import Pusher from "pusher-js";
import { createClient, init } from "sidewire";
import { attachLifecycle } from "sidewire/chrome";

const until = async (holds) => {
  const end = performance.now() + 90_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("not within 90 s");
    await new Promise((done) => setTimeout(done, 4));
  }
};

/** Ours, as an application uses it. */
class Ours {
  constructor({ api, push }) {
    this.client = createClient({ key: "key", url: `ws://127.0.0.1:${push}`, apiBase: `http://127.0.0.1:${api}`, token: () => "token" });
    this.detach = attachLifecycle(this.client);
  }

  async show(sessionId) {
    const started = performance.now();
    let history;
    this.client.startSync(sessionId);
    await until(() => {
      const { isLoading, state, length } = this.client.getSnapshot();
      if (!isLoading && length > 0) history ??= performance.now() - started;
      return state === "connected" && history !== undefined;
    });
    return { history, live: performance.now() - started };
  }

  async back(lose) {
    const started = performance.now();
    let told;
    const end = this.client.on("stateChange", ({ previous }) => {
      if (previous === "connected") told ??= performance.now() - started;
    });
    await lose();
    await until(() => told !== undefined && this.client.getSnapshot().state === "connected");
    end();
    return { told, live: performance.now() - started };
  }

  /** ms from the moment at which the network is back until a message that came meanwhile is in the view. */
  async missed({ lose, regain }) {
    const { length } = this.client.getSnapshot();
    await lose();
    await until(() => this.client.getSnapshot().state !== "connected");
    await regain();
    const started = performance.now();
    await until(() => this.client.getSnapshot().length > length);
    return performance.now() - started;
  }

  close() {
    this.detach();
    this.client.close();
  }
}

/** pusher-js in the order of the older documents: history by REST, then connect, authorise, subscribe. */
class Seeds {
  constructor({ api, push }) {
    this.api = `http://127.0.0.1:${api}`;
    this.push = push;
  }

  async show(sessionId) {
    const started = performance.now();
    if (this.sessionId) this.pusher.unsubscribe(`private-session-${this.sessionId}`);
    const response = await fetch(`${this.api}/api/session/${sessionId}/messages?limit=50`, { headers: { Authorization: "Bearer token" } });
    await response.json();
    const history = performance.now() - started;
    this.pusher ??= this.#connect();
    const channel = this.pusher.subscribe(`private-session-${sessionId}`);
    await new Promise((done) => channel.bind("pusher:subscription_succeeded", done));
    this.sessionId = sessionId;
    return { history, live: performance.now() - started };
  }

  #connect() {
    return new Pusher("key", {
      cluster: "local",
      wsHost: "127.0.0.1",
      wsPort: this.push,
      forceTLS: false,
      enabledTransports: ["ws"],
      channelAuthorization: { endpoint: `${this.api}/api/pusher/auth`, transport: "ajax", headers: { Authorization: "Bearer token" } },
    });
  }

  async back(lose) {
    const started = performance.now();
    let [told, live] = [undefined, undefined];
    this.pusher.connection.bind("state_change", ({ previous }) => {
      if (previous === "connected") told ??= performance.now() - started;
    });
    this.pusher.channel(`private-session-${this.sessionId}`).bind("pusher:subscription_succeeded", () => (live = performance.now() - started));
    await lose();
    await until(() => live !== undefined);
    return { told, live };
  }

  close() {
    this.pusher.disconnect();
  }
}

const kinds = { ours: Ours, rival: Seeds };
let client;
const steps = {
  open: ({ kind, ports }) => void (client = new kinds[kind](ports)),
  show: ({ sessionId }) => client.show(sessionId),
  back: () => client.back(globalThis.loseServer),
  missed: () => client.missed({ lose: globalThis.loseNetwork, regain: globalThis.regainNetwork }),
  close: () => client.close(),
};

await init(await (await fetch("/sidewire.wasm")).arrayBuffer());
globalThis.bench = async (step, options = {}) => steps[step](options);
