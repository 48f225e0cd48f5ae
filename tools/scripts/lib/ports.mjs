// Ports: which are free, and who has the others.
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename } from "node:path";

import { execute, which } from "./exec.mjs";
import { UserError } from "./log.mjs";

function tryListen(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const taken = server.address().port;
      server.close(() => done(taken));
    });
  });
}

export const isFree = async (port) => (await tryListen(port)) !== undefined;
export const freePort = () => tryListen(0);

/** Several different free ports. */
export async function freePorts(count) {
  const ports = new Set();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

async function holder(port) {
  if (!which("ss")) return "another program";
  const { stdout } = await execute("ss", ["-Hltnp", `sport = :${port}`], { capture: true });
  const match = /users:\(\("([^"]+)",pid=(\d+)/.exec(stdout);
  return match ? `${programName(match[2]) ?? match[1]} (process ${match[2]})` : "another program";
}

/** `ss` cuts names off after 15 characters. */
function programName(pid) {
  try {
    return basename(readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0]) || undefined;
  } catch {
    return undefined;
  }
}

/** One sentence if `port` is taken: by whom, and how to choose another. */
export async function requireFree(port, what, variable) {
  if (port === 0 || (await isFree(port))) return;
  throw new UserError(
    `Port ${port} (${what}) is taken by ${await holder(port)}: stop it, or choose another port with ${variable}=<port> (0 = any free one).`,
  );
}
