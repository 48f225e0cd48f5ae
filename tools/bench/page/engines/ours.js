// The shipped package, whole: its socket and its fetch are stand-ins, everything behind them is what users run.
import { createClient, init } from "sidewire";

import { SESSION } from "../corpus.js";

const EMPTY = new TextEncoder().encode('{"messages":[],"hasMore":false,"lastSequenceNumber":0,"revision":0}').buffer;

/** The socket that the client opened last. */
let socket;

class StandInSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  readyState = 0;

  constructor() {
    socket = this;
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.({});
      this.tell("pusher:connection_established", { socket_id: "1.1", activity_timeout: 120 });
    });
  }

  tell(event, data, more = {}) {
    this.onmessage?.({ data: JSON.stringify({ event, data: JSON.stringify(data), ...more }) });
  }

  send(text) {
    const { event, data } = JSON.parse(text);
    if (event === "pusher:subscribe") queueMicrotask(() => this.tell("pusher_internal:subscription_succeeded", {}, { channel: data.channel }));
  }

  close() {
    this.readyState = 3;
  }
}

/** The page to answer with, and when its bytes were handed over. */
const next = { bytes: EMPTY, at: 0 };

async function standInFetch(request) {
  if (request.url.includes("/api/pusher/auth")) return new Response('{"auth":"k:s"}');
  const { bytes } = next;
  next.bytes = EMPTY;
  return new Response(inPieces(bytes));
}

/** As a network brings them: 64 KiB at a time, each when it is asked for. */
function inPieces(bytes) {
  const size = 64 * 1024;
  let at = 0;
  return new ReadableStream(
    {
      pull(stream) {
        if (at === 0) next.at = performance.now();
        stream.enqueue(new Uint8Array(bytes, at, Math.min(size, bytes.byteLength - at)));
        at += size;
        if (at >= bytes.byteLength) stream.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The module's memory, which the package does not show. */
export let memory;

export async function prepare() {
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(...args) {
      super(...args);
      memory = Object.values(this.exports).find((item) => item instanceof WebAssembly.Memory);
    }
  };
  await init(await (await fetch("/sidewire.wasm")).arrayBuffer());
  WebAssembly.Instance = Instance;
  globalThis.WebSocket = StandInSocket;
  globalThis.fetch = standInFetch;
}

export class Ours {
  name = "sidewire";
  #last = null;
  #wait = null;

  constructor(options = {}) {
    this.client = createClient({ key: "k", url: "ws://127.0.0.1:9", apiBase: "http://127.0.0.1:9", token: () => "t", jitter: 0, seed: 1n, ...options });
    this.client.on("timelineChange", (event) => {
      this.#last = event;
      this.#wait?.(event);
    });
  }

  /** Until the session is loaded, subscribed and caught up. */
  async ready(bytes) {
    if (bytes) next.bytes = bytes;
    this.client.startSync(SESSION);
    while (this.client.getSnapshot().state !== "connected") await new Promise((done) => setTimeout(done, 5));
  }

  get length() {
    return this.client.getSnapshot().length;
  }

  /** One frame to the row that it changed, decoded. */
  frame(text) {
    this.#last = null;
    socket.onmessage({ data: text });
    return this.#last ? this.client.rows(this.#last.start, this.#last.start + 1)[0] : undefined;
  }

  /** One frame as the network brings it; nobody asks for rows yet. */
  arrive(text) {
    socket.onmessage({ data: text });
  }

  /** One answer of the server, from its bytes to the row changed; µs. */
  async page(bytes) {
    const changed = new Promise((done) => (this.#wait = done));
    next.bytes = bytes;
    this.client.refresh();
    const event = await changed;
    return this.#measured(event);
  }

  /** The first page of a session, from its bytes to the newest 50 rows; µs. */
  async bulk(bytes) {
    let taken;
    this.#wait = (event) => {
      if (event.length > 0) taken ??= this.#measured({ start: event.length - 50, end: event.length });
    };
    await this.ready(bytes);
    this.#wait = null;
    return taken;
  }

  /** An answer without news: nothing changes, so the end of the read is awaited instead. */
  async empty() {
    next.bytes = EMPTY;
    const before = this.client.diagnostics().counters.messageRequests;
    this.client.refresh();
    for (;;) {
      await new Promise((done) => setTimeout(done));
      if (this.client.diagnostics().counters.messageRequests > before) return;
    }
  }

  window(start, end) {
    return this.client.rows(start, end);
  }

  close() {
    this.client.close();
  }

  #measured({ start, end }) {
    this.client.rows(start, Math.min(end, start + 50));
    return (performance.now() - next.at) * 1000;
  }
}
