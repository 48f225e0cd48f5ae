// Both clients against the stand-in: cold start, switches, and a push server that is away for a while.
import { withPage } from "./run-page.mjs";
import { StandIn } from "./standin.mjs";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The browser loses the network, a message is stored, and the network comes back. */
async function missedCase(call, page, server) {
  await page.exposeFunction("loseNetwork", async () => {
    await server.stopPush();
    await page.context().setOffline(true);
    server.store("a");
  });
  await page.exposeFunction("regainNetwork", async () => {
    await server.startPush();
    await page.context().setOffline(false);
  });
  return call("missed");
}

async function run(kind, { rtt, outage }) {
  return withPage("trips.js", async (call, page) => {
    const server = new StandIn(rtt);
    await server.start();
    for (const session of ["a", "b", "c"]) for (let index = 0; index < 3; index += 1) server.store(session);
    try {
      await call("open", { kind, ports: { api: server.api, push: server.push } });
      const cold = await call("show", { sessionId: "a" });
      await pause(rtt * 2);
      const fresh = await call("show", { sessionId: "b" });
      await pause(rtt * 2);
      const warm = await call("show", { sessionId: "a" });
      // Long enough for a connection to count as stable.
      await pause(outage > 0 ? 1000 : 0);
      await page.exposeFunction("loseServer", async () => {
        await server.stopPush();
        setTimeout(() => void server.startPush(), outage);
      });
      const back = await call("back");
      // pusher-js reads nothing by itself.
      const missed = kind === "ours" ? await missedCase(call, page, server) : null;
      await call("close");
      return { cold, fresh, warm, back, missed };
    } finally {
      await server.stop();
    }
  });
}

export async function trips(options) {
  return { ours: await run("ours", options), rival: await run("rival", options) };
}
