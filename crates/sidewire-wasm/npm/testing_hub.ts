/** The test hub: clock, log, REST API and push server put together. */
import { buildClient } from "./client.js";
import { SidewireError } from "./errors.js";
import { bytesOf } from "./module.js";
import { type HubClock, realClock, virtualClock } from "./testing_clock.js";
import { Faults } from "./testing_faults.js";
import { createFetch, type HubFetch } from "./testing_fetch.js";
import { HubLog } from "./testing_log.js";
import { createRest, type HubRest } from "./testing_rest.js";
import { createSockets, type HubSockets } from "./testing_sockets.js";
import clientBytes from "./wasm/inline_bytes.js";
import { type HostScope, instantiate } from "./wasm/sidewire_wasm_scoped.js";
import type { RawHub as RawHubType } from "./wasm/sidewire_testing.js";
import type { ClientOptions, SidewireClient } from "../types/index.js";
import type { Hub, HubMessage, HubOptions, Interaction } from "../types/testing.js";

/** Names that nothing answers to: `.invalid` is reserved for that. */
const HOSTS = { url: "wss://push.hub.invalid", apiBase: "https://api.hub.invalid" } as const;
const CHANNEL_PREFIX = "private-session-";
const SECRET = "test-secret";

/** What the parts of a hub share. */
interface Parts {
  readonly options: Required<HubOptions>;
  readonly clock: HubClock;
  readonly hub: RawHubType;
  readonly log: HubLog;
  readonly faults: Faults;
  readonly rest: HubRest;
  readonly sockets: HubSockets;
  readonly requests: HubFetch;
  readonly publish: (sessionId: string, event: string, payload: object) => void;
  handler: (interaction: Interaction) => void;
}

/** Builds a hub on one instance of the module. */
export function createTestHub(options: HubOptions, Raw: typeof RawHubType): Hub {
  const parts = createParts(options, Raw);
  const { clock, log, sockets, requests, faults, publish } = parts;
  const clients = createClients(parts);
  return {
    settings: { ...HOSTS, key: parts.options.key },
    createClient: clients.create,
    install: () => install(parts),
    now: () => clock.now(),
    advance: (ms) => clock.advance(ms, requests.isBusy),
    until: (condition, timeoutMs) => until(parts, condition, timeoutMs),
    createSession: (fields = {}) => log.createSession(fields),
    addMessage: (sessionId, fields) => published(parts, log.add(sessionId, fields), "new_message"),
    updateMessage: (sessionId, messageId, fields) => published(parts, log.update(sessionId, messageId, fields), "message_update"),
    appendText: (sessionId, messageId, text) => appended(parts, sessionId, messageId, text),
    messages: (sessionId) => log.messages(sessionId),
    setTyping: (sessionId, isTyping, context) => {
      publish(sessionId, "typing", { isTyping, ...(context === undefined ? {} : { context }) });
    },
    publish,
    onInteract: (handler) => {
      parts.handler = handler;
    },
    subscribers: (sessionId) => parts.hub.subscribers(CHANNEL_PREFIX + sessionId),
    fault: (fault) => faults.begin(fault),
    heal: () => {
      faults.heal();
    },
    closeSockets: (code, reason = "") => {
      sockets.closeAll(code, reason);
    },
    refuseToken: (token) => {
      parts.rest.refuse(token);
    },
    get requests() {
      return [...requests.requests];
    },
    get socketsOpened() {
      return sockets.opened;
    },
    close: clients.close,
  };
}

function createParts(given: HubOptions, Raw: typeof RawHubType): Parts {
  const options = { clock: "virtual", startAt: 1_700_000_000_000, latencyMs: 10, activityTimeoutS: 120, seed: 1, key: "test-key", ...given } as const;
  const clock = options.clock === "virtual" ? virtualClock(options.startAt) : realClock();
  const hub = new Raw(options.key, SECRET, options.activityTimeoutS, options.seed);
  const log = new HubLog(() => clock.now());
  const faults = new Faults();
  const { latencyMs } = options;
  const sockets = createSockets({ clock, hub, faults, latencyMs });
  const publish = (sessionId: string, event: string, payload: object): void => {
    hub.publish(clock.now(), CHANNEL_PREFIX + sessionId, event, JSON.stringify({ type: event, sessionId, ...payload }));
    sockets.pump();
  };
  const rest = createRest({
    log,
    sign: (socketId, channel) => hub.sign(socketId, channel),
    onStored: (message) => {
      publish(message.sessionId, "new_message", { message });
      parts.handler({ sessionId: message.sessionId, message });
    },
  });
  const requests = createFetch({ clock, rest, faults, latencyMs, pump: sockets.pump });
  const parts: Parts = { options, clock, hub, log, faults, rest, sockets, requests, publish, handler: () => undefined };
  return parts;
}

function published(parts: Parts, message: HubMessage, event: string): HubMessage {
  parts.publish(message.sessionId, event, { message });
  return message;
}

function appended({ log, publish }: Parts, sessionId: string, messageId: string, text: string): HubMessage {
  const before = log.messages(sessionId).find((message) => message.messageId === messageId)?.content ?? "";
  const message = log.update(sessionId, messageId, { content: before + text });
  publish(sessionId, "message_delta", { messageId, sequenceNumber: message.sequenceNumber, offset: before.length, text });
  return message;
}

async function until({ clock, requests }: Parts, condition: () => boolean, timeoutMs = 60_000): Promise<void> {
  const end = clock.now() + timeoutMs;
  for (;;) {
    await clock.advance(0, requests.isBusy);
    if (condition()) return;
    if (clock.now() >= end) break;
    await clock.advance(1, requests.isBusy);
  }
  throw new SidewireError("not_reached", `Not within ${timeoutMs} ms of the hub's time: ${condition.toString()}`);
}

interface Clients {
  readonly create: (options?: Partial<ClientOptions>) => SidewireClient;
  readonly close: () => void;
}

/** Each client has an instance of the module to itself, whose `setTimeout`, `fetch` and so on are the hub's. */
function createClients(parts: Parts): Clients {
  const { clock, options } = parts;
  const built: SidewireClient[] = [];
  let module: WebAssembly.Module | null = null;
  return {
    create: (given = {}) => {
      module ??= new WebAssembly.Module(bytesOf(clientBytes));
      const { initSync, RawClient } = instantiate(scopeOf(parts));
      initSync({ module });
      const seed = BigInt(options.seed) * 1000n + BigInt(built.length);
      const standard = { ...HOSTS, key: options.key, token: () => "test-token", jitter: 0, seed };
      const client = buildClient({ ...standard, ...given }, RawClient, () => clock.now());
      built.push(client);
      return client;
    },
    close: () => {
      for (const client of built) client.close();
    },
  };
}

/** The globals that the module's glue gets to see. */
function scopeOf({ clock, sockets, requests }: Parts): HostScope {
  class HubDate extends Date {
    static override now(): number {
      return clock.now();
    }
  }
  return {
    // No `performance`: the driver then takes its time from `Date`.
    globalThis: { queueMicrotask: (run: () => void) => { queueMicrotask(run); } },
    Date: HubDate,
    WebSocket: sockets.WebSocket,
    fetch: requests.fetch,
    setTimeout: (run: () => void, ms?: number) => clock.setTimeout(run, ms),
    clearTimeout: (id: number) => { clock.clearTimeout(id); },
  };
}

type Fetch = typeof globalThis.fetch;

function install({ options, sockets, requests }: Parts): () => void {
  if (options.clock !== "real") {
    throw new SidewireError("bad_config", "hub.install() needs createHub({ clock: \"real\" }): the page's own timers go on by themselves");
  }
  const scope = globalThis as unknown as { WebSocket: new (url: string) => object; fetch: Fetch };
  const { WebSocket: RealSocket, fetch: realFetch } = scope;
  const isOurs = (address: string): boolean => address.startsWith(HOSTS.apiBase) || address.startsWith(HOSTS.url);
  scope.WebSocket = new Proxy(sockets.WebSocket, {
    construct: (Ours, [url, ...rest]: [string]) => (isOurs(url) ? new Ours(url) : Reflect.construct<[string], object>(RealSocket, [url, ...rest])),
  });
  scope.fetch = (input, init) => (isOurs(addressOf(input)) ? requests.fetch(input, init) : realFetch(input, init));
  return () => {
    Object.assign(scope, { WebSocket: RealSocket, fetch: realFetch });
  };
}

function addressOf(input: Parameters<Fetch>[0]): string {
  return input instanceof Request ? input.url : String(input);
}

