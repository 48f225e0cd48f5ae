// Soketi as a process of its own.
import { join } from "node:path";

import { until } from "../../tools/scripts/lib/browser.mjs";
import { launch, stopGroup } from "../../tools/scripts/lib/exec.mjs";
import { freePorts } from "../../tools/scripts/lib/ports.mjs";

const PROGRAM = join("@soketi", "soketi", "bin", "server.js");
const READY_MS = 20_000;

export class Soketi {
  #child;

  /** Runs until the test ends. `modules`: the node_modules that hold it. */
  static async start(test, modules = process.env.SIDEWIRE_SOKETI) {
    const server = new Soketi();
    server.modules = modules;
    [server.port, server.metricsPort] = await freePorts(2);
    await server.restart();
    test?.after(() => server.kill());
    return server;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  async restart() {
    const env = {
      SOKETI_HOST: "127.0.0.1",
      SOKETI_PORT: String(this.port),
      SOKETI_METRICS_SERVER_PORT: String(this.metricsPort),
      SOKETI_DEFAULT_APP_ID: "dev-app",
      SOKETI_DEFAULT_APP_KEY: "dev-key",
      SOKETI_DEFAULT_APP_SECRET: "dev-secret",
    };
    this.#child = launch(process.execPath, [join(this.modules, PROGRAM), "start"], { env, stdio: "ignore" });
    const answers = () => fetch(`http://${this.address}/`).then(({ ok }) => ok, () => false);
    await until("Soketi was ready", answers, READY_MS);
  }

  /** In the midst of everything. */
  async kill() {
    await this.#gone("SIGKILL");
  }

  /** Its clients hear 4200. */
  async end() {
    await this.#gone("SIGTERM");
  }

  async #gone(signal) {
    const { pid, exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const isGone = new Promise((done) => this.#child.once("exit", done));
    process.kill(-pid, signal);
    await isGone;
    await stopGroup(pid);
  }
}
