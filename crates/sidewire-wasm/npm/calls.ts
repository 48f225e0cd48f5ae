import { SidewireError } from "./errors.js";
import type { ErrorCode, OlderPage } from "../types/index.js";

/** The module's answer to an API call. */
export interface CallAnswered {
  type: "callAnswered";
  call: number;
  body: string | null;
  failure: { status: number | null; code: string; message: string } | null;
}

interface Waiting {
  code: ErrorCode;
  resolve: (body: string) => void;
  reject: (error: SidewireError) => void;
}

/** Promises of the API calls under way. */
export class Calls {
  private waiting = new Map<number, Waiting>();
  /** The module may answer before its call returns, for instance when there is no token. */
  private early = new Map<number, CallAnswered>();

  /** @param code What a failure is called. */
  begin(start: () => number, code: ErrorCode = "request_failed"): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = start();
      this.waiting.set(call, { code, resolve, reject });
      const answer = this.early.get(call);
      if (answer) this.answered(answer);
    });
  }

  answered(answer: CallAnswered): void {
    const waiting = this.waiting.get(answer.call);
    if (!waiting) {
      this.early.set(answer.call, answer);
      return;
    }
    this.waiting.delete(answer.call);
    this.early.delete(answer.call);
    if (answer.failure) {
      const { status, code, message } = answer.failure;
      waiting.reject(new SidewireError(waiting.code, message, { status, serverCode: code }));
    } else {
      waiting.resolve(answer.body ?? "");
    }
  }

  closeAll(): void {
    for (const waiting of this.waiting.values()) {
      waiting.reject(new SidewireError("closed", "The client was closed before the answer came"));
    }
    this.waiting.clear();
    this.early.clear();
  }
}

/** Reads the JSON of an answer. */
export function parseAnswer(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new SidewireError("request_failed", "The server answered with something that is not JSON", {
      serverCode: "BAD_ANSWER",
    });
  }
}

/** Reads what became of a request for older messages. */
export function readOlder(body: string): OlderPage {
  // Written by the module itself.
  return Object.freeze(parseAnswer(body) as OlderPage);
}
