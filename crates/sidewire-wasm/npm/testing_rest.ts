/** The REST API of the test hub: what docs/backend.md asks of a backend, over the log in memory. */
import type { HubLog, PageQuery } from "./testing_log.js";
import type { Json, SessionFields } from "../types/index.js";
import type { HubEndpoint, HubMessage, HubRequest } from "../types/testing.js";

/** An answer to be. */
export interface HubAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string;
}

/** What the API needs of the hub around it. */
export interface RestHost {
  readonly log: HubLog;
  /** The `auth` of a channel. */
  sign(socketId: string, channel: string): string;
  /** A user's message was stored. */
  onStored(message: HubMessage): void;
}

/** The one who answers. */
export interface HubRest {
  answer(request: HubRequest): HubAnswer;
  refuse(token: string): void;
}

const CHANNEL = /^private-session-(.+)$/;
const MESSAGES = /^\/api\/session\/([^/]+)\/messages$/;
const SESSION = /^\/api\/session\/([^/]+)$/;

/** Which part of the API a request is for. */
export function endpointOf(path: string): HubEndpoint {
  const { pathname } = new URL(path, "http://hub");
  if (pathname === "/api/pusher/auth") return "auth";
  if (pathname === "/api/agent/interact") return "interact";
  return MESSAGES.test(pathname) ? "messages" : "sessions";
}

/** An API with nothing remembered. */
export function createRest(host: RestHost): HubRest {
  const refused = new Set<string>();
  /** Answers given, by idempotency key. */
  const done = new Map<string, HubAnswer>();
  return {
    refuse: (token) => {
      refused.add(token);
    },
    answer: (request) => {
      if (request.token === null || refused.has(request.token)) return failure(401, "UNAUTHORIZED");
      const url = new URL(request.path, "http://hub");
      const [, messagesOf] = MESSAGES.exec(url.pathname) ?? [];
      if (request.method === "GET" && messagesOf !== undefined) return page(host.log, messagesOf, url.searchParams);
      if (url.pathname === "/api/pusher/auth") return sign(host, fieldsOf(request.body));
      if (url.pathname === "/api/agent/interact") return interact(host, done, fieldsOf(request.body));
      return sessions(host.log, request, url.pathname);
    },
  };
}

/** An error as the contract has it. */
export function failure(status: number, code: string, message = "The test hub was told to say no."): HubAnswer {
  return { status, body: JSON.stringify({ error: { code, message } }) };
}

function ok(body: object): HubAnswer {
  return { status: 200, body: JSON.stringify(body) };
}

function page(log: HubLog, sessionId: string, search: URLSearchParams): HubAnswer {
  if (!log.has(sessionId)) return failure(404, "NOT_FOUND");
  return ok(log.page(sessionId, pageQuery(search)));
}

function pageQuery(search: URLSearchParams): PageQuery {
  const limit = Math.min(100, Number(search.get("limit") ?? 50));
  for (const cursor of ["changedSince", "afterSequence", "beforeSequence"] as const) {
    const value = search.get(cursor);
    if (value !== null) return { limit, cursor, value: Number(value) };
  }
  const since = search.get("since");
  if (since === null) return { limit, cursor: "newest", value: 0 };
  return { limit, cursor: "since", value: /^\d+$/.test(since) ? Number(since) : Date.parse(since) };
}

function sign(host: RestHost, fields: Fields): HubAnswer {
  const channel = textOf(fields, "channel_name") ?? "";
  const [, sessionId] = CHANNEL.exec(channel) ?? [];
  if (sessionId === undefined || !host.log.has(sessionId)) return failure(403, "SESSION_NOT_FOUND");
  return ok({ auth: host.sign(textOf(fields, "socket_id") ?? "", channel) });
}

function interact(host: RestHost, done: Map<string, HubAnswer>, fields: Fields): HubAnswer {
  const [sessionId, content, clientMessageId] = ["sessionId", "content", "clientMessageId"].map((name) => textOf(fields, name));
  if (sessionId === undefined || content === undefined || clientMessageId === undefined) return failure(400, "BAD_REQUEST");
  if (!host.log.has(sessionId)) return failure(404, "NOT_FOUND");
  const known = done.get(clientMessageId);
  if (known) return known;
  const message = host.log.add(sessionId, { role: "user", content, clientMessageId });
  const answer = ok({ taskId: `task-${done.size + 1}`, status: "accepted", message });
  done.set(clientMessageId, answer);
  host.onStored(message);
  return answer;
}

function sessions(log: HubLog, request: HubRequest, path: string): HubAnswer {
  const fields = sessionFields(fieldsOf(request.body));
  if (path === "/api/session") return ok(request.method === "POST" ? log.createSession(fields) : { sessions: log.sessions() });
  const [, sessionId] = SESSION.exec(path) ?? [];
  const updated = sessionId === undefined || request.method !== "PATCH" ? null : log.updateSession(sessionId, fields);
  return updated ? ok(updated) : failure(404, "NOT_FOUND");
}

type Fields = { readonly [name: string]: Json | undefined };

function fieldsOf(body: Json): Fields {
  return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as Fields) : {};
}

function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

function sessionFields(fields: Fields): SessionFields {
  const names = ["url", "domain", "title"] as const;
  const given = names.map((name) => [name, textOf(fields, name)] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
