import type { RawClient } from "./module.js";
import type { ChatMessage, Json } from "../types/index.js";

/** What the module writes for one row; see `write_row_json` in sidewire-core. */
interface RowJson extends Omit<ChatMessage, "content" | "raw"> {
  content?: string;
  raw: { [key: string]: Json };
}

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
  private life: number | undefined;
  private whole: Whole | null = null;
  /** Where the whole list may have become another one, in indices as they are now. */
  private changed: Range | null = null;

  /** The rows `start` to `end` of the watched session: one call for the window, one more if anything in it is new. */
  rowsOf(raw: RowSource, start: number, end: number): ChatMessage[] {
    const first = Math.max(0, start);
    const told = raw.rowKeys(first, Math.max(0, end));
    this.follow(told[0]);
    const keys = told.subarray(1);
    const messages: ChatMessage[] = [];
    const missing: number[] = [];
    for (let at = 0; at < keys.length; at += 2) {
      const known = this.rows.get(keys[at] ?? 0);
      if (known && known.version === keys[at + 1]) messages[at / 2] = known.message;
      else missing.push(at / 2);
    }
    if (missing.length > 0) this.decode(raw, first, keys, missing, messages);
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

  /** Decodes the rows at the places `missing` of a window and puts them there. */
  private decode(raw: RowSource, first: number, keys: Uint32Array, missing: readonly number[], messages: ChatMessage[]): void {
    const rows = JSON.parse(raw.rowsJson(Uint32Array.from(missing, (place) => first + place))) as RowJson[];
    for (const [index, place] of missing.entries()) {
      const [row, slot, version] = [rows[index], keys[2 * place] ?? 0, keys[2 * place + 1] ?? 0];
      if (!row) continue;
      const message = finish(row);
      messages[place] = message;
      // Deleted first, so that the map's oldest entry is the one decoded longest ago.
      this.rows.delete(slot);
      this.rows.set(slot, { version, message });
    }
    for (const slot of this.rows.keys()) {
      if (this.rows.size <= KEPT) return;
      this.rows.delete(slot);
    }
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

function finish(row: RowJson): ChatMessage {
  const content = row.raw["content"];
  row.content = typeof content === "string" && !row.placeholder ? content : "";
  deepFreeze(row.raw);
  // Complete now: `content` was the one field that the module leaves out.
  return Object.freeze(row) as ChatMessage;
}

function deepFreeze(value: object): void {
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  }
  Object.freeze(value);
}
