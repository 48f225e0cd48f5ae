import { createHash, createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const { PORT = "3000", PUSH = "http://127.0.0.1:3005", APP_ID = "dev-app", APP_KEY = "dev-key", APP_SECRET = "dev-secret" } = process.env;
const sign = (text) => createHmac("sha256", APP_SECRET).update(text).digest("hex");

// Yours: sign-in and database.
const userOf = (authorization) => (authorization === "Bearer demo-token" ? "demo" : null);
const sessions = new Map(); // id → { session, owner, log, revision }
const sent = new Map(); // clientMessageId → the answer that was given

const problem = (status, code, message) => [status, { error: { code, message } }];

/** Store first, publish afterwards: a lost event is repaired from the log. */
async function store(entry, fields) {
  const id = { messageId: randomUUID(), sessionId: entry.session.sessionId, timestamp: Date.now() };
  const message = { ...id, ...fields, sequenceNumber: entry.log.length + 1, revision: ++entry.revision };
  entry.log.push(message);
  await publish(message).catch((error) => console.error("not published:", error.message));
  return message;
}

async function publish(message) {
  const event = { type: "new_message", sessionId: message.sessionId, message };
  const channels = [`private-session-${message.sessionId}`];
  const idempotency_key = `${message.messageId}:new_message:${message.revision}`;
  const body = JSON.stringify({ name: "new_message", channels, data: JSON.stringify(event), idempotency_key });
  const path = `/apps/${APP_ID}/events`;
  const md5 = createHash("md5").update(body).digest("hex");
  const query = `auth_key=${APP_KEY}&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0&body_md5=${md5}`;
  const url = `${PUSH}${path}?${query}&auth_signature=${sign(`POST\n${path}\n${query}`)}`;
  await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body, signal: AbortSignal.timeout(2000) });
}

function signChannel(user, form) {
  const [socket, channel] = [form.get("socket_id") ?? "", form.get("channel_name") ?? ""];
  const entry = sessions.get(/^private-session-(.+)$/.exec(channel)?.[1]);
  if (!/^\d+\.\d+$/.test(socket)) return problem(400, "BAD_REQUEST", "Not a socket id.");
  if (entry?.owner !== user) return problem(403, "FORBIDDEN", "Not your session.");
  return [200, { auth: `${APP_KEY}:${sign(`${socket}:${channel}`)}` }];
}

function page(entry, query) {
  const limit = Math.min(Number(query.get("limit") ?? 50), 100);
  const number = (name) => (query.has(name) ? Number(query.get(name)) : null);
  const [changed, after, before] = [number("changedSince"), number("afterSequence"), number("beforeSequence")];
  let found = entry.log;
  if (changed !== null) found = found.filter((m) => m.revision > changed).sort((a, b) => a.revision - b.revision);
  if (after !== null) found = found.filter((m) => m.sequenceNumber > after);
  if (before !== null) found = found.filter((m) => m.sequenceNumber < before);
  const messages = changed === null && after === null ? found.slice(-limit) : found.slice(0, limit);
  const hasMore = messages.length < found.length;
  const revision = changed !== null && hasMore ? messages.at(-1).revision : entry.revision;
  return [200, { messages, hasMore, lastSequenceNumber: entry.log.length, revision }];
}

async function interact({ sessionId, content, clientMessageId }) {
  if (sent.has(clientMessageId)) return sent.get(clientMessageId); // a retry: the same answer, nothing stored twice
  const entry = sessions.get(sessionId);
  const message = await store(entry, { role: "user", content, clientMessageId, status: "sent" });
  const answer = [200, { taskId: randomUUID(), status: "accepted", message }];
  sent.set(clientMessageId, answer);
  void store(entry, { role: "assistant", content: `You said: ${content}`, status: "success" }); // your agent
  return answer;
}

function begin(owner, { url = null, domain = null, title = null }) {
  const now = Date.now();
  const session = { sessionId: randomUUID(), title, status: "active", url, domain, createdAt: now, updatedAt: now };
  sessions.set(session.sessionId, { session, owner, log: [], revision: 0 });
  return session;
}

async function answer(request, url, body) {
  const user = userOf(request.headers.authorization);
  if (user === null) return problem(401, "TOKEN_INVALID", "Sign in again.");
  if (url.pathname === "/api/pusher/auth") return signChannel(user, new URLSearchParams(body));
  const fields = body === "" ? {} : JSON.parse(body);
  const mine = [...sessions.values()].filter(({ owner }) => owner === user);
  if (url.pathname === "/api/session" && request.method === "GET") return [200, { sessions: mine.map(({ session }) => session).reverse() }];
  if (url.pathname === "/api/session" && request.method === "POST") return [200, begin(user, fields)];
  const id = fields.sessionId ?? /^\/api\/session\/([^/]+)/.exec(url.pathname)?.[1];
  const entry = mine.find(({ session }) => session.sessionId === id);
  if (!entry) return problem(404, "NOT_FOUND", "No such session.");
  if (url.pathname === "/api/agent/interact") return interact(fields);
  if (url.pathname.endsWith("/messages")) return page(entry, url.searchParams);
  return [200, Object.assign(entry.session, fields, { updatedAt: Date.now() })]; // PATCH
}

createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) if ((body += chunk).length > 1_000_000) return request.destroy();
  const url = new URL(request.url, "http://localhost");
  const [status, value] = await answer(request, url, body).catch(() => problem(400, "BAD_REQUEST", "Not understood."));
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}).listen(Number(PORT), "127.0.0.1");
