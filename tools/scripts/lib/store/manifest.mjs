// The manifest as the store gets it: for the servers of the build, and for no others.
import { UserError } from "../log.mjs";

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/;

function parseApi(apiBase) {
  const api = URL.canParse(apiBase) ? new URL(apiBase) : null;
  if (api === null || !/^https?:$/.test(api.protocol)) throw new UserError(`WEBPACK_API_BASE is "${apiBase}": it must be an address like https://api.example.com.`);
  if (api.protocol === "http:" && !LOOPBACK.test(api.hostname)) {
    throw new UserError(`WEBPACK_API_BASE is "${apiBase}": tokens and messages go to another machine by https only.`);
  }
  return api;
}

/** Where pages of the extension may connect to: the API, and the push server by the scheme that the client uses for it. */
function connections({ apiBase, wsHost, wsPort }) {
  const scheme = LOOPBACK.test(wsHost) ? "ws" : "wss";
  const push = URL.canParse(`${scheme}://${wsHost}:${wsPort}`) ? new URL(`${scheme}://${wsHost}:${wsPort}`) : null;
  if (push === null || push.pathname !== "/") throw new UserError(`WEBPACK_PUSHER_WS_HOST is "${wsHost}": it must be a host name.`);
  return [parseApi(apiBase).origin, `${scheme}://${push.host}`];
}

const without = (object, names) => Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

/**
 * `manifest` for the store. The key goes: the store has its own. With servers that were given to the build, permissions
 * and policy name these alone; without any, the extension is one whose user chooses the server, as in the repository.
 */
export function storeManifest(manifest, defaults) {
  if (!defaults.isGiven) return without(manifest, ["key"]);
  const api = parseApi(defaults.apiBase);
  const policy = manifest.content_security_policy.extension_pages;
  const directive = `connect-src 'self' ${connections(defaults).join(" ")}`;
  return {
    ...without(manifest, ["key", "optional_host_permissions"]),
    host_permissions: [`${api.protocol}//${api.hostname}/*`],
    content_security_policy: { extension_pages: policy.replace(/connect-src [^;]*/, directive) },
  };
}
