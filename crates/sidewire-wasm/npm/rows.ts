import type { RawClient } from "./module.js";
import type { ChatMessage, Json } from "../types/index.js";

type Raw = Record<string, Json>;

/** What the module writes for one row; see `write_row_json` in sidewire-core. */
type RowJson = readonly [
  slot: number,
  version: number,
  id: string,
  role: ChatMessage["role"],
  status: string,
  timestamp: number | null,
  sequenceNumber: number | null,
  clientMessageId: string | null,
  delivery: ChatMessage["delivery"],
  sendFailure: ChatMessage["sendFailure"],
  placeholder: 0 | 1,
  raw: Raw,
  tail?: string,
];

/** The answer to `rowsJson`: which life of the timeline, whose, the rows. Empty when nothing is watched. */
type RowsJson = readonly [] | readonly [life: number, sessionId: string, ...rows: RowJson[]];

interface Cached {
  readonly version: number;
  readonly message: ChatMessage;
}

/** The two methods of the module that rows come by. */
export type RowSource = Pick<RawClient, "rowKeys" | "rowsJson">;

/** Rows kept by slot. Beyond them the ones that were asked for longest ago are decoded anew when they are needed. */
const KEPT = 5000;

/** Decoded rows of one session, by slot: an unchanged message is decoded once and keeps its identity. */
export class RowCache {
  private rows = new Map<number, Cached>();
  private readonly index = new Uint32Array(1);
  private life: number | undefined;
  private whole: Whole | null = null;
  /** Where the whole list may have become another one, in indices as they are now: nowhere while `end` is -1. */
  private start = 0;
  private end = -1;

  /** The rows `start` to `end` of the watched session: one call for the window, one more if anything in it is new. */
  rowsOf(raw: RowSource, start: number, end: number): ChatMessage[] {
    const first = Math.max(0, start);
    if (end - first === 1) return this.one(raw, first);
    const told = raw.rowKeys(first, Math.max(0, end));
    this.follow(told[0]);
    const keys = told.subarray(1);
    const messages: ChatMessage[] = [];
    const missing: number[] = [];
    for (let at = 0; at < keys.length; at += 2) {
      const known = this.known(keys[at] ?? 0, keys[at + 1] ?? 0);
      if (known) messages[at / 2] = known;
      else missing.push(at / 2);
    }
    if (missing.length > 0) this.decode(raw, first, missing, messages);
    return messages;
  }

  /** All rows of the watched session; the same array until one of them changes. */
  allOf(raw: RowSource, { sessionId, revision, length }: View): readonly ChatMessage[] {
    const before = this.whole?.sessionId === sessionId ? this.whole : null;
    if (before && before.revision === revision && this.end < 0) return before.messages;
    const messages = (before && this.patched(raw, before.messages, length)) ?? this.rowsOf(raw, 0, length);
    this.whole = { sessionId, revision, messages: Object.freeze(messages) };
    this.end = -1;
    return messages;
  }

  /** Rows `start` to `end` of `length` may have changed. */
  note(start: number, end: number, length: number): void {
    // Two ranges of different moments share no indices behind the first change.
    const before = this.end >= 0;
    this.start = before ? Math.min(this.start, start) : start;
    this.end = before ? length : end;
  }

  /** The list of before with the changed rows put in; `null` when it belongs to another life of the timeline. */
  private patched(raw: RowSource, before: readonly ChatMessage[], length: number): ChatMessage[] | null {
    if (this.end < 0) return null;
    const { start } = this;
    const end = Math.max(start, Math.min(length, this.end));
    const behind = before.length - (length - end);
    const life = this.life;
    const fresh = this.rowsOf(raw, start, end);
    if (life !== this.life || behind < start) return null;
    return [...before.slice(0, start), ...fresh, ...before.slice(behind)];
  }

  /** Slots count anew in every life of a timeline: after sign-out, or when a session left memory and came back. */
  private follow(life: number | undefined): void {
    if (this.life === life) return;
    this.life = life;
    this.rows = new Map();
    this.whole = null;
  }

  /** A window of one row is asked for outright: most likely it is the one that has just arrived. */
  private one(raw: RowSource, index: number): ChatMessage[] {
    this.index[0] = index;
    const told = JSON.parse(raw.rowsJson(this.index)) as RowsJson;
    this.follow(told[0]);
    const row = told[2];
    return row ? [this.known(row[0], row[1]) ?? this.keep(row, told[1] ?? "")] : [];
  }

  /** Decodes the rows at the places `missing` of a window and puts them there. */
  private decode(raw: RowSource, first: number, missing: readonly number[], messages: ChatMessage[]): void {
    const [, sessionId, ...rows] = JSON.parse(raw.rowsJson(Uint32Array.from(missing, (place) => first + place))) as RowsJson;
    for (const [index, place] of missing.entries()) {
      const row = rows[index];
      if (row) messages[place] = this.keep(row, sessionId ?? "");
    }
  }

  private known(slot: number, version: number): ChatMessage | undefined {
    const cached = this.rows.get(slot);
    return cached?.version === version ? cached.message : undefined;
  }

  private keep(row: RowJson, sessionId: string): ChatMessage {
    const message = finish(row, sessionId);
    // Deleted first, so that the map's oldest entry is the one decoded longest ago.
    if (this.rows.size >= KEPT || this.rows.has(row[0])) {
      this.rows.delete(row[0]);
      for (const slot of this.rows.keys()) {
        if (this.rows.size < KEPT) break;
        this.rows.delete(slot);
      }
    }
    this.rows.set(row[0], { version: row[1], message });
    return message;
  }
}

/** What a snapshot tells about the rows. */
interface View {
  readonly sessionId: string | null;
  readonly revision: number;
  readonly length: number;
}

interface Whole {
  readonly sessionId: string | null;
  readonly revision: number;
  readonly messages: readonly ChatMessage[];
}

function finish(row: RowJson, sessionId: string): ChatMessage {
  const raw = row[11];
  const text = raw["content"];
  const tail = row[12] ?? "";
  const placeholder = row[10] === 1;
  deepFreeze(raw);
  // By index: taking an array apart goes through its iterator.
  return Object.freeze({
    id: row[2],
    sessionId,
    role: row[3],
    content: typeof text === "string" && !placeholder ? text + tail : tail,
    status: row[4],
    timestamp: row[5],
    sequenceNumber: row[6],
    clientMessageId: row[7],
    delivery: row[8],
    sendFailure: row[9],
    placeholder,
    raw,
  });
}

function deepFreeze(value: object): void {
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  }
  Object.freeze(value);
}
