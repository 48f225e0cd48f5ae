// Build-time defaults of the extension, from the environment or `.env.local`.
import { existsSync, readFileSync } from "node:fs";

import { UserError } from "./log.mjs";
import { inRoot } from "./paths.mjs";

const NAMES = ["WEBPACK_PUSHER_KEY", "WEBPACK_PUSHER_WS_HOST", "WEBPACK_PUSHER_WS_PORT", "WEBPACK_API_BASE"];

function parse(text) {
  const values = {};
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Z0-9_]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (match) values[match[1]] = match[2].replace(/^(['"])(.*)\1$/, "$2");
  }
  return values;
}

/** The environment wins over `.env.local`; an empty value counts as not set. */
export function buildVariables(file = inRoot(".env.local")) {
  const fromFile = existsSync(file) ? parse(readFileSync(file, "utf8")) : {};
  const entries = NAMES.map((name) => [name, process.env[name] || fromFile[name] || undefined]);
  return Object.fromEntries(entries);
}

/** What the bundle gets as `__SIDEWIRE_DEFAULTS__`, and whether the key was injected. */
export const buildDefaults = (file) => defaultsOf(buildVariables(file));

/** The same, of variables that are known. */
export function defaultsOf(given) {
  const port = Number(given.WEBPACK_PUSHER_WS_PORT ?? 3005);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new UserError(`WEBPACK_PUSHER_WS_PORT is "${given.WEBPACK_PUSHER_WS_PORT}": it must be a port number from 1 to 65535.`);
  }
  const defaults = {
    pusherKey: given.WEBPACK_PUSHER_KEY ?? "dev-key",
    wsHost: given.WEBPACK_PUSHER_WS_HOST ?? "127.0.0.1",
    wsPort: port,
    apiBase: given.WEBPACK_API_BASE ?? "http://127.0.0.1:3000",
    isGiven: Object.values(given).some((value) => value !== undefined),
  };
  return { defaults, keyInjected: given.WEBPACK_PUSHER_KEY !== undefined };
}

/** What the build says about the key: where it is from, never what it is. */
export const keyNotice = (keyInjected) => `push key: ${keyInjected ? "injected by WEBPACK_PUSHER_KEY" : "the development default"}`;
