// Ends the extension's worker at a numbered point of its calls of the browser. Needs the extension that
// `buildTestExtension` makes: its worker stops at every point when a debugger is attached.
import { until } from "../../tools/scripts/lib/browser.mjs";

/** A worker that reached no further point for so long is done. */
const QUIET_MS = 250;
/** Time for a worker to come to rest before it is ended, by its own clock. */
const DYING_MS = 100;
/** A worker that does not even tell the time is ended all the same. */
const HANGING_MS = 2_000;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export class WorkerKiller {
  /** Points that this life of the worker has reached, by its own count. */
  reached = 0;
  /** Names of the points that were seen, in order, since they were last cleared. */
  seen = [];
  lives = 1;
  isAlive = true;
  #dieAt = Infinity;
  #last = 0;

  static async start(browser, test) {
    const killer = new WorkerKiller();
    killer.devtools = browser.watch.devtools;
    const { targetInfos } = await killer.devtools.send("Target.getTargets", { filter: [{ type: "service_worker" }] });
    killer.target = targetInfos.find(({ url }) => url.startsWith(browser.watch.origin)).targetId;
    killer.session = (await killer.devtools.send("Target.attachToTarget", { targetId: killer.target, flatten: true })).sessionId;
    const forget = killer.devtools.on((method, params, session) => session === killer.session && killer.#hear(method, params));
    test.after(forget);
    await killer.#ask("Debugger.enable");
    return killer;
  }

  /** The worker may be gone before it answers. */
  #ask(method, params = {}) {
    return this.devtools.send(method, params, this.session).catch(() => undefined);
  }

  #hear(method, params) {
    if (method === "Inspector.targetCrashed") this.isAlive = false;
    if (method === "Inspector.targetReloadedAfterCrash") Object.assign(this, { isAlive: true, lives: this.lives + 1, reached: 0 });
    if (method === "Debugger.paused") void this.#pause(params);
  }

  async #pause({ callFrames }) {
    const ask = (expression) => this.#ask("Debugger.evaluateOnCallFrame", { callFrameId: callFrames[0].callFrameId, expression });
    const answer = await ask("JSON.stringify([sidewireCallPoints.length, sidewireCallPoints.at(-1)])");
    if (answer === undefined) return;
    const [count, { call, when }] = JSON.parse(answer.result.value);
    this.reached = count;
    this.seen.push(`${call} ${when}`);
    this.#last = performance.now();
    const dies = count >= this.#dieAt;
    if (dies) await ask("sidewireIsDead = true");
    await this.#ask("Debugger.resume");
    if (dies) await this.end();
  }

  /**
   * Ends the worker, once it is at rest: Chromium now and then loses the whole process, the panel included, when a worker
   * is ended in the middle of something. Nothing of one that is to die reaches the browser meanwhile.
   */
  async end() {
    if (!this.isAlive) return;
    const rest = this.#ask("Runtime.evaluate", { expression: `new Promise((done) => setTimeout(done, ${DYING_MS}))`, awaitPromise: true });
    await Promise.race([rest, sleep(HANGING_MS)]);
    if (!this.isAlive) return;
    const isEnded = this.devtools.next("Inspector.targetCrashed", (_, session) => session === this.session);
    await this.devtools.send("Target.closeTarget", { targetId: this.target });
    await isEnded;
  }

  /**
   * With a worker that is asleep: does `act`, which wakes it, and ends it at its `n`-th point. Gives the names of the
   * points that a debugger saw; without `n` all of them.
   */
  async during(act, n = Infinity) {
    await this.end();
    const { lives } = this;
    Object.assign(this, { seen: [] });
    this.#dieAt = n;
    const acted = Promise.resolve(act());
    await until("the worker was woken", () => this.lives > lives, 10_000);
    this.#last = performance.now();
    const isSame = () => this.isAlive && this.lives === lives + 1;
    while (isSame() && performance.now() - this.#last < QUIET_MS) await sleep(20);
    this.#dieAt = Infinity;
    await acted;
    return [...this.seen];
  }
}
