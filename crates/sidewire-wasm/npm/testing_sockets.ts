/** WebSockets that end at the test hub. */
import type { HubClock } from "./testing_clock.js";
import type { Faults } from "./testing_faults.js";
import type { RawHub } from "./wasm/sidewire_testing.js";

/** What the hub wants done. */
interface Output {
  readonly client: number;
  readonly text?: string;
  readonly code?: number;
  readonly reason?: string;
}

/** The sockets of one hub. */
export interface HubSockets {
  /** A `WebSocket` class of this hub. */
  readonly WebSocket: new (url: string) => EventTarget;
  readonly opened: number;
  /** Carries out what the hub wants done, and arms its timer. Call it after everything that the hub was told. */
  readonly pump: () => void;
  closeAll(code: number | undefined, reason: string): void;
}

/** What the sockets need. */
export interface SocketsHost {
  readonly clock: HubClock;
  readonly hub: RawHub;
  readonly faults: Faults;
  readonly latencyMs: number;
}

const [CONNECTING, OPEN, CLOSED] = [0, 1, 3];

/** The part of a socket that the network sees. */
interface Wire {
  readonly id: number;
  /** When the last frame arrives: what is sent later does not overtake it. */
  arrivesAt: number;
  opened(): void;
  received(text: string): void;
  ended(code: number, reason: string): void;
}

/** Sockets for one hub. */
export function createSockets(host: SocketsHost): HubSockets {
  const { clock, hub, latencyMs } = host;
  const wires = new Map<number, Wire>();
  let [lastId, timer] = [0, 0];

  const pump = (): void => {
    for (let json = hub.poll(); json !== undefined; json = hub.poll()) deliver(host, wires, JSON.parse(json) as Output);
    clock.clearTimeout(timer);
    const at = hub.nextTimeout();
    if (at !== undefined) timer = clock.setTimeout(() => { hub.handleTimeout(clock.now()); pump(); }, at - clock.now());
  };
  const toHub = (wire: Wire, run: () => void): void => {
    clock.setTimeout(() => {
      if (wires.has(wire.id)) run();
      pump();
    }, latencyMs);
  };
  const lose = (wire: Wire): void => {
    wires.delete(wire.id);
    hub.closed(wire.id);
    pump();
  };
  const network: Network = {
    dial: (path, ends) => {
      lastId += 1;
      const wire = { id: lastId, arrivesAt: 0, ...ends };
      wires.set(wire.id, wire);
      dial(host, wire, path, wires, pump);
      return { send: (text) => { toHub(wire, () => { hub.receive(clock.now(), wire.id, text); }); }, close: () => { lose(wire); } };
    },
  };
  return {
    WebSocket: socketClass(network),
    get opened() {
      return lastId;
    },
    pump,
    closeAll: (code, reason) => {
      for (const wire of [...wires.values()]) {
        lose(wire);
        clock.setTimeout(() => { wire.ended(code ?? 1006, reason); }, latencyMs);
      }
    },
  };
}

function dial(host: SocketsHost, wire: Wire, path: string, wires: Map<number, Wire>, pump: () => void): void {
  const { clock, hub, latencyMs } = host;
  const fault = host.faults.socket();
  if (fault?.do === "hang") return;
  const end = (code: number, reason: string): void => {
    wires.delete(wire.id);
    wire.ended(code, reason);
  };
  clock.setTimeout(() => {
    if (!wires.has(wire.id)) return;
    if (fault?.do === "refuse") {
      end(1006, "");
    } else if (fault) {
      wire.opened();
      end(fault.code, fault.reason ?? "");
    } else if (hub.open(clock.now(), wire.id, path) === undefined) {
      wire.opened();
      pump();
    } else {
      end(1006, "");
    }
  }, 2 * latencyMs);
}

function deliver({ clock, faults, latencyMs }: SocketsHost, wires: Map<number, Wire>, output: Output): void {
  const wire = wires.get(output.client);
  if (!wire) return;
  const { text } = output;
  // Events are lost or late; the protocol's own frames are not, or no client could tell what is wrong.
  const fault = text !== undefined && !text.includes("\"event\":\"pusher") ? faults.push() : null;
  if (fault?.do === "drop") return;
  if (text === undefined) wires.delete(wire.id);
  wire.arrivesAt = Math.max(wire.arrivesAt, clock.now() + latencyMs + (fault?.ms ?? 0));
  clock.setTimeout(() => {
    if (text === undefined) wire.ended(output.code ?? 1006, output.reason ?? "");
    else wire.received(text);
  }, wire.arrivesAt - clock.now());
}

interface Network {
  dial(path: string, ends: Pick<Wire, "opened" | "received" | "ended">): { send(text: string): void; close(): void };
}

type Handler = ((event: Event) => void) | null;

/** As much of the browser's class as anybody can see. */
function socketClass(network: Network): new (url: string) => EventTarget {
  return class HubWebSocket extends EventTarget {
    static readonly CONNECTING = CONNECTING;
    static readonly OPEN = OPEN;
    static readonly CLOSED = CLOSED;
    readonly url: string;
    readyState = CONNECTING;
    onopen: Handler = null;
    onmessage: Handler = null;
    onclose: Handler = null;
    onerror: Handler = null;
    private readonly wire: ReturnType<Network["dial"]>;

    constructor(url: string) {
      super();
      this.url = url;
      const { pathname, search } = new URL(url);
      this.wire = network.dial(pathname + search, {
        opened: () => { this.tell("open", OPEN, {}); },
        received: (data) => { this.tell("message", OPEN, { data }); },
        ended: (code, reason) => { this.tell("close", CLOSED, { code, reason, wasClean: code !== 1006 }); },
      });
    }

    send(text: string): void {
      if (this.readyState === OPEN) this.wire.send(text);
    }

    close(code = 1005, reason = ""): void {
      if (this.readyState === CLOSED) return;
      this.wire.close();
      this.tell("close", CLOSED, { code, reason, wasClean: true });
    }

    private tell(type: "open" | "message" | "close", state: number, fields: object): void {
      if (this.readyState === CLOSED) return;
      this.readyState = state;
      const event = Object.assign(new Event(type), fields);
      this[`on${type}`]?.(event);
      this.dispatchEvent(event);
    }
  };
}
