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
];

/** The answer to `rowsJson`: which life of the timeline, whose, the rows. Empty when nothing is watched. */
type RowsJson = readonly [] | readonly [life: number, sessionId: string, ...rows: RowJson[]];

interface Cached {
  readonly version: number;
  readonly message: ChatMessage;
}

/** The two methods of the module that rows come by. */
export type RowSource = Pick<RawClient, "rowKeys" | "rowsJson">;

/** A window this small is asked for outright: most likely it is the one row that has just arrived. */
const OUTRIGHT = 2;

/** Rows kept by slot. Beyond them the ones that were asked for longest ago are decoded anew when they are needed. */
const KEPT = 5000;

/** Decoded rows of one session, by slot: an unchanged message is decoded once and keeps its identity. */
export class RowCache {
  private rows = new Map<number, Cached>();
  private life: number | undefined;
  private whole: Whole | null = null;
  /** Where the whole list may have become another one, in indices as they are now. */
  private changed: Range | null = null;

  /** The rows `start` to `end` of the watched session: one call for the window, one more if anything in it is new. */
  rowsOf(raw: RowSource, start: number, end: number): ChatMessage[] {
    const first = Math.max(0, start);
    if (end - first <= OUTRIGHT) return this.outright(raw, first, end);
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
    if (before && before.revision === revision && this.changed === null) return before.messages;
    const messages = (before && this.patched(raw, before.messages, length)) ?? this.rowsOf(raw, 0, length);
    this.whole = { sessionId, revision, messages: Object.freeze(messages) };
    this.changed = null;
    return messages;
  }

  /** Rows `start` to `end` of `length` may have changed. */
  note(start: number, end: number, length: number): void {
    // Two ranges of different moments share no indices behind the first change.
    this.changed = this.changed ? { start: Math.min(this.changed.start, start), end: length } : { start, end };
  }

  /** The list of before with the changed rows put in; `null` when it belongs to another life of the timeline. */
  private patched(raw: RowSource, before: readonly ChatMessage[], length: number): ChatMessage[] | null {
    if (this.changed === null) return null;
    const { start } = this.changed;
    const end = Math.max(start, Math.min(length, this.changed.end));
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

  private outright(raw: RowSource, first: number, end: number): ChatMessage[] {
    if (end <= first) return [];
    const [life, sessionId, ...rows] = JSON.parse(raw.rowsJson(end - first === 1 ? Uint32Array.of(first) : Uint32Array.of(first, first + 1))) as RowsJson;
    this.follow(life);
    return rows.map((row) => this.known(row[0], row[1]) ?? this.keep(row, sessionId ?? ""));
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

interface Range {
  readonly start: number;
  readonly end: number;
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
  const [, , id, role, status, timestamp, sequenceNumber, clientMessageId, delivery, sendFailure, placeholder, raw] = row;
  const text = raw["content"];
  const content = typeof text === "string" && placeholder === 0 ? text : "";
  deepFreeze(raw);
  return Object.freeze({ id, sessionId, role, content, status, timestamp, sequenceNumber, clientMessageId, delivery, sendFailure, placeholder: placeholder === 1, raw });
}

function deepFreeze(value: object): void {
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  }
  Object.freeze(value);
}
