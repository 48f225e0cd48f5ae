/** What a content security policy lets a page connect to. */

/** The sources of `connect-src`, or of what stands in for it; `null` when the policy limits nothing. */
export function connectSources(policy: string): readonly string[] | null {
  const directives = new Map<string, readonly string[]>();
  for (const part of policy.split(";")) {
    const [name = "", ...sources] = part.trim().split(/\s+/);
    // The first one of a name counts.
    if (name !== "" && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources);
  }
  return directives.get("connect-src") ?? directives.get("default-src") ?? null;
}

/** Whether sources of a policy include an address. Paths are not looked at: in doubt it is included. */
export function isIncluded(sources: readonly string[], url: URL): boolean {
  return sources.some((source) => includes(source.toLowerCase(), url));
}

function includes(source: string, url: URL): boolean {
  if (source === "*") return true;
  if (source.startsWith("'")) return false;
  const scheme = /^([a-z][a-z0-9+.-]*):$/.exec(source)?.[1];
  if (scheme !== undefined) return hasScheme(scheme, url);
  const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d+|\*))?(?:\/|$)/.exec(source);
  if (parts === null) return true;
  const [, ofScheme, host = "", port] = parts;
  return (ofScheme === undefined || hasScheme(ofScheme, url)) && isHost(host, url.hostname) && isPort(port, url);
}

/** The encrypted form of a scheme is always included. */
function hasScheme(scheme: string, { protocol }: URL): boolean {
  return protocol === `${scheme}:` || protocol === `${scheme}s:`;
}

function isHost(pattern: string, host: string): boolean {
  if (pattern.startsWith("*.")) return host.endsWith(pattern.slice(1));
  return pattern === "*" || pattern === host;
}

/** `URL` leaves out a scheme's own port. */
function isPort(port: string | undefined, url: URL): boolean {
  if (port === "*") return true;
  const own = url.protocol === "https:" || url.protocol === "wss:" ? "443" : "80";
  return (port ?? own) === (url.port === "" ? own : url.port);
}
