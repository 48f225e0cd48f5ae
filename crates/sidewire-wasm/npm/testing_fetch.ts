/** A `fetch` that ends at the test hub. */
import type { HubClock } from "./testing_clock.js";
import type { Faults } from "./testing_faults.js";
import { endpointOf, failure, type HubAnswer, type HubRest } from "./testing_rest.js";
import type { Json } from "../types/index.js";
import type { HubRequest } from "../types/testing.js";

/** What the requests need. */
export interface FetchHost {
  readonly clock: HubClock;
  readonly rest: HubRest;
  readonly faults: Faults;
  readonly latencyMs: number;
  /** Carries out what the push server wants done by now. */
  readonly pump: () => void;
}

/** The requests of one hub. */
export interface HubFetch {
  readonly fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
  readonly requests: readonly HubRequest[];
  /** Whether a request is being read: its promises have not settled yet. */
  readonly isBusy: () => boolean;
}

type RequestFault = ReturnType<Faults["request"]>;

/** Requests for one hub. */
export function createFetch(host: FetchHost): HubFetch {
  const requests: HubRequest[] = [];
  let reading = 0;
  return {
    requests,
    isBusy: () => reading > 0,
    fetch: async (input, init) => {
      const asked = new Request(input, init);
      reading += 1;
      const request = await readRequest(asked, host.clock.now()).finally(() => {
        reading -= 1;
      });
      requests.push(request);
      return exchange(host, request, asked.signal);
    },
  };
}

async function readRequest(asked: Request, at: number): Promise<HubRequest> {
  const { pathname, search } = new URL(asked.url);
  const [, token = null] = /^Bearer (.+)$/.exec(asked.headers.get("Authorization") ?? "") ?? [];
  const isForm = asked.headers.get("Content-Type")?.startsWith("application/x-www-form-urlencoded") ?? false;
  const body = readBody(await asked.text(), isForm);
  return Object.freeze({ at, method: asked.method, path: pathname + search, token, body });
}

function readBody(text: string, isForm: boolean): Json {
  if (text === "") return null;
  return isForm ? Object.fromEntries(new URLSearchParams(text)) : (JSON.parse(text) as Json);
}

/** There and back again, unless a fault or the caller ends it. */
function exchange({ clock, rest, faults, latencyMs, pump }: FetchHost, request: HubRequest, signal: AbortSignal): Promise<Response> {
  const fault = faults.request(endpointOf(request.path));
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => { reject(new DOMException("The request was aborted", "AbortError")); });
    if (fault?.do === "hang") return;
    clock.setTimeout(() => {
      if (signal.aborted) return;
      const answer = arrive(rest, request, fault);
      pump();
      const later = latencyMs + (fault?.do === "delay" ? fault.ms : 0);
      clock.setTimeout(() => {
        if (answer) resolve(responseOf(answer));
        else reject(new TypeError("Failed to fetch"));
      }, later);
    }, latencyMs);
  });
}

/** The answer, or `null` when the connection breaks. */
function arrive(rest: HubRest, request: HubRequest, fault: RequestFault): HubAnswer | null {
  if (fault?.do === "answer") {
    const { status, code = "TEST_FAULT", message, retryAfter } = fault;
    return { ...failure(status, code, message), ...(retryAfter === undefined ? {} : { retryAfter: String(retryAfter) }) };
  }
  if (fault?.do !== "drop") return rest.answer(request);
  if (fault.afterwards) rest.answer(request);
  return null;
}

function responseOf({ status, body, retryAfter }: HubAnswer): Response {
  const headers = { "Content-Type": "application/json", ...(retryAfter === undefined ? {} : { "Retry-After": retryAfter }) };
  return new Response(body, { status, headers });
}
