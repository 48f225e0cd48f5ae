import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";

import { WebSocketServer } from "ws";

type Rule = Readonly<Record<string, unknown>>;
interface Entry {
  readonly type: string;
  readonly event?: string;
  readonly code?: number;
}
interface Proxy {
  readonly port: number;
  readonly log: readonly Entry[];
  readonly open: readonly unknown[];
  rule(rule: Rule): () => void;
  inject(frame: unknown): Promise<void>;
  close(code: number): void;
  cut(): void;
  stall(): void;
  resume(): void;
  up(): Promise<void>;
  down(): Promise<void>;
}
interface RestProxy {
  readonly address: string;
  rule(rule: Rule): () => void;
  requests(path: RegExp): readonly { readonly method: string; readonly status: number | null }[];
}

const load = (name: string): Promise<unknown> => import(new URL(`tests/lib/${name}.mjs`, pathToFileURL(`${process.cwd()}/`)).href);
const { RuleProxy } = (await load("rule_proxy")) as { RuleProxy: { start(test: TestContext, target: number): Promise<Proxy> } };
const { RestProxy } = (await load("rest_proxy")) as { RestProxy: { start(test: TestContext, api: string): Promise<RestProxy> } };

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
};

/** A push server that answers every frame by `{"event":"echo:…"}`, and a client of it through the proxy. */
async function world(t: TestContext): Promise<{ proxy: Proxy; connect: () => Promise<Client> }> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => socket.send(JSON.stringify({ event: `echo:${(JSON.parse(data.toString()) as { event: string }).event}` })));
  });
  const port = await listen(http);
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate();
    http.close();
  });
  const proxy = await RuleProxy.start(t, port);
  return { proxy, connect: () => Client.open(proxy.port) };
}

class Client {
  readonly got: string[] = [];
  closed: number | null = null;
  #wake = (): void => undefined;
  private constructor(readonly socket: WebSocket) {
    socket.onmessage = ({ data }) => {
      this.got.push((JSON.parse(String(data)) as { event: string }).event);
      this.#wake();
    };
    socket.onclose = ({ code }) => {
      this.closed = code;
      this.#wake();
    };
  }

  static async open(port: number): Promise<Client> {
    const { WebSocket: Socket } = await import("ws");
    const client = new Client(new Socket(`ws://127.0.0.1:${port}/app/key`) as unknown as WebSocket);
    client.socket.onerror = (): void => undefined;
    await new Promise<void>((done) => {
      client.socket.onopen = (): void => done();
      client.#wake = done;
    });
    return client;
  }

  say(...events: readonly string[]): void {
    for (const event of events) this.socket.send(JSON.stringify({ event }));
  }

  async until(fits: () => boolean): Promise<void> {
    while (!fits()) await new Promise<void>((done) => (this.#wake = done));
  }
}

test("without a rule everything passes and is logged in both directions", async (t) => {
  const { proxy, connect } = await world(t);
  const client = await connect();

  client.say("a");
  await client.until(() => client.got.length === 1);

  assert.deepEqual(client.got, ["echo:a"]);
  assert.deepEqual(proxy.log.map(({ type, event }) => event ?? type), ["open", "a", "echo:a"]);
});

test("the n-th frame of an event is suppressed, and no other", async (t) => {
  const { proxy, connect } = await world(t);
  proxy.rule({ from: "server", event: "echo:a", nth: 2, do: "suppress" });
  const client = await connect();

  client.say("a", "b", "a", "a");
  await client.until(() => client.got.length === 3);

  assert.deepEqual(client.got, ["echo:a", "echo:b", "echo:a"]);
});

test("a delayed frame holds back those behind it", async (t) => {
  const { proxy, connect } = await world(t);
  proxy.rule({ from: "server", event: "echo:slow", do: "delay", ms: 60 });
  const client = await connect();

  const began = performance.now();
  client.say("slow", "fast");
  await client.until(() => client.got.length === 2);

  assert.deepEqual(client.got, ["echo:slow", "echo:fast"]);
  assert.ok(performance.now() - began >= 55);
});

test("a frame is replaced by several, and one is injected", async (t) => {
  const { proxy, connect } = await world(t);
  proxy.rule({ from: "server", event: /^echo:/, times: 1, do: "replace", with: (text: string) => [text, '{"event":"extra"}'] });
  const client = await connect();

  client.say("a");
  await client.until(() => client.got.length === 2);
  await proxy.inject({ event: "injected" });
  await client.until(() => client.got.length === 3);

  assert.deepEqual(client.got, ["echo:a", "extra", "injected"]);
});

test("a connection is closed with a code: now, at a frame, at its beginning, or without any close frame", async (t) => {
  const { proxy, connect } = await world(t);
  const now = await connect();
  proxy.close(4200);
  await now.until(() => now.closed !== null);

  const forget = proxy.rule({ from: "client", event: "a", do: "close", code: 4009 });
  const atFrame = await connect();
  atFrame.say("a");
  await atFrame.until(() => atFrame.closed !== null);
  forget();

  const forgetOpen = proxy.rule({ on: "open", do: "close", code: 4001 });
  const atOnce = await connect();
  await atOnce.until(() => atOnce.closed !== null);
  forgetOpen();

  const cut = await connect();
  proxy.cut();
  await cut.until(() => cut.closed !== null);

  assert.deepEqual([now.closed, atFrame.closed, atOnce.closed, cut.closed], [4200, 4009, 4001, 1006]);
  assert.deepEqual(atFrame.got, []);
  assert.equal(proxy.open.length, 0);
});

test("a stalled connection stays open and passes nothing until it is resumed; a new one is not stalled", async (t) => {
  const { proxy, connect } = await world(t);
  const stalled = await connect();
  proxy.stall();
  const fresh = await connect();

  stalled.say("a");
  fresh.say("b");
  await fresh.until(() => fresh.got.length === 1);
  assert.deepEqual([stalled.got, stalled.closed], [[], null]);

  proxy.resume();
  await stalled.until(() => stalled.got.length === 1);
  assert.deepEqual(stalled.got, ["echo:a"]);
});

test("a proxy that is down refuses, and comes back on the same port; a refused handshake is no open connection", async (t) => {
  const { proxy, connect } = await world(t);
  const before = await connect();
  await proxy.down();
  await before.until(() => before.closed !== null);
  const during = await connect();
  assert.equal(during.closed, 1006);

  await proxy.up();
  const forget = proxy.rule({ on: "open", do: "refuse" });
  assert.equal((await connect()).closed, 1006);
  forget();
  const after = await connect();
  after.say("a");
  await after.until(() => after.got.length === 1);

  assert.equal(proxy.open.length, 1);
});

test("the proxy of the REST API passes on, answers by itself, cuts, and counts", async (t) => {
  let worked = 0;
  const api = createServer((request, response) => {
    worked += 1;
    request.pipe(response.writeHead(201, { "x-from": "api" }));
  });
  const port = await listen(api);
  t.after(() => api.close());
  const proxy = await RestProxy.start(t, `http://127.0.0.1:${port}`);
  const send = (path: string): Promise<Response> => fetch(`${proxy.address}${path}`, { method: "POST", body: "body" });

  const passed = await send("/a");
  assert.deepEqual([passed.status, passed.headers.get("x-from"), await passed.text()], [201, "api", "body"]);

  proxy.rule({ path: /^\/b$/, do: "answer", status: 403, body: { error: { code: "X" } }, times: 1 });
  assert.equal((await send("/b")).status, 403);
  assert.equal(worked, 1, "the server has worked");
  assert.equal((await send("/b")).status, 201, "it was once only");

  proxy.rule({ path: /^\/c$/, do: "answer", status: 500, afterwards: true });
  assert.equal((await send("/c")).status, 500);
  assert.equal(worked, 3, "the server has not worked");

  proxy.rule({ path: /^\/d$/, do: "cut" });
  await assert.rejects(send("/d"));
  assert.deepEqual(proxy.requests(/./).map(({ method, status }) => `${method} ${status}`), ["POST 201", "POST 403", "POST 201", "POST 500", "POST null"]);
});
