// The reference backend as a child process: started, waited for, stopped with its Sockudo.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { launch, onStop, stopGroup } from "./exec.mjs";
import { UserError } from "./log.mjs";
import { backendBinary } from "./paths.mjs";

const READY_MS = 40_000;

/** The first line of stdout, or what went wrong instead. */
function readyLine(child, errors) {
  return new Promise((done, fail) => {
    let text = "";
    const timer = setTimeout(() => fail(new UserError(`The backend was not ready after ${READY_MS / 1000} s.`)), READY_MS);
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end < 0) return;
      clearTimeout(timer);
      done(JSON.parse(text.slice(0, end)));
    });
    child.once("error", (failure) => fail(new UserError(`The backend cannot be started: ${failure.message}`)));
    child.once("exit", (code) => {
      clearTimeout(timer);
      const lines = errors().trim().split("\n");
      fail(new UserError(`The backend ended with exit code ${code}: ${lines[lines.length - 1]}`));
    });
  });
}

function flags(options, dataDir) {
  const { apiPort = 0, pushPort = 0, push = "embedded", agentDelayMs, externalPort, development = true, extra = [] } = options;
  return [
    ...["--api-port", String(apiPort), "--push-port", String(pushPort), "--push", push],
    ...["--data-dir", dataDir, ...(development ? ["--development", "--demo"] : [])],
    ...(agentDelayMs === undefined ? [] : ["--agent-delay-ms", String(agentDelayMs)]),
    ...(externalPort === undefined ? [] : ["--sockudo-port", String(externalPort)]),
    ...extra,
  ];
}

export class BackendProcess {
  #child;
  #log = "";

  /** `push`: embedded, sockudo, external or none. Without `dataDir` a temporary one is used and removed. */
  static async start(options = {}) {
    const backend = new BackendProcess();
    backend.temporary = options.dataDir === undefined;
    backend.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "sidewire-data-"));
    const env = options.sockudo ? { SIDEWIRE_SOCKUDO: options.sockudo } : {};
    const child = launch(backendBinary(), flags(options, backend.dataDir), { stdio: ["ignore", "pipe", "pipe"], env });
    backend.#child = child;
    backend.forget = onStop(() => backend.stop());
    child.stderr.setEncoding("utf8").on("data", (text) => {
      backend.#log = (backend.#log + text).slice(-200_000);
      if (options.showLog) process.stderr.write(text);
    });
    try {
      Object.assign(backend, await readyLine(child, () => backend.#log));
    } catch (failure) {
      await backend.stop();
      throw failure;
    }
    child.stdout.resume();
    return backend;
  }

  get log() {
    return this.#log;
  }

  get apiPort() {
    return Number(new URL(this.api).port);
  }

  get pushPort() {
    return Number(new URL(this.push).port);
  }

  whenEnded(action) {
    this.#child.once("exit", action);
  }

  async call(method, path, { token, body } = {}) {
    const headers = { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body ? { "content-type": "application/json" } : {}) };
    const response = await fetch(new URL(path, this.api), { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!response.ok) throw new UserError(`${method} ${path} was answered with ${response.status}: ${(await response.text()).slice(0, 200)}`);
    return response.json();
  }

  async signIn(user = "demo") {
    const { accessToken } = await this.call("POST", "/api/dev/sign-in", { body: { user } });
    return accessToken;
  }

  sessions(token) {
    return this.call("GET", "/api/session", { token }).then((answer) => answer.sessions);
  }

  createSession(token, fields = {}) {
    return this.call("POST", "/api/session", { token, body: fields });
  }

  /** As if the user had sent it from elsewhere: stored, published, answered by the demo agent. */
  interact(token, sessionId, content) {
    const clientMessageId = uuid7();
    return this.call("POST", "/api/agent/interact", { token, body: { sessionId, content, clientMessageId } });
  }

  /** Straight into the log: `[{role, content, status?, timestamp?, skip?, error?, actionPayload?}]`. */
  async write(token, sessionId, messages, { publish = false } = {}) {
    // A body holds 8 MB at most.
    for (let from = 0; from < messages.length; from += 1000) {
      const part = messages.slice(from, from + 1000);
      await this.call("POST", "/api/dev/messages", { token, body: { sessionId, messages: part, publish } });
    }
  }

  async stop() {
    if (this.stopped) return;
    this.stopped = true;
    this.forget?.();
    if (this.#child.pid !== undefined) await stopGroup(this.#child.pid);
    if (this.temporary) rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Time-ordered identifier, RFC 9562 §5.7. */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  const now = Date.now();
  view.setUint32(0, Math.floor(now / 0x10000));
  view.setUint16(4, now % 0x10000);
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70);
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
