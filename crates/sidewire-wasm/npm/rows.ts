import type { RawClient } from "./module.js";
import type { ChatMessage, Json } from "../types/index.js";

/** What the module writes for one row; see `write_row_json` in sidewire-core. */
interface RowJson extends Omit<ChatMessage, "content" | "raw"> {
  raw: { [key: string]: Json };
}

interface Cached {
  version: number;
  message: ChatMessage;
}

/** Decoded rows of one session, by slot: an unchanged message is decoded once and keeps its identity. */
export class RowCache {
  private rows = new Map<number, Cached>();
  private life: number | undefined;
  private all: readonly ChatMessage[] | null = null;
  private allRevision = -1;

  /** The rows `start` to `end` of the watched session. */
  rowsOf(raw: RawClient, start: number, end: number): readonly ChatMessage[] {
    this.follow(raw.timelineLife());
    const keys = raw.rowKeys(Math.max(0, start), Math.max(0, end));
    const first = Math.max(0, start);
    const messages: ChatMessage[] = [];
    for (let i = 0; i + 1 < keys.length; i += 2) {
      const message = this.row(raw, first + i / 2, keys[i] ?? 0, keys[i + 1] ?? 0);
      if (message) messages.push(message);
    }
    return messages;
  }

  /** All rows; the same array until the revision changes. */
  allOf(raw: RawClient, revision: number, length: number): readonly ChatMessage[] {
    this.follow(raw.timelineLife());
    if (this.all === null || this.allRevision !== revision) {
      this.all = Object.freeze(this.rowsOf(raw, 0, length));
      this.allRevision = revision;
    }
    return this.all;
  }

  /** Slots count anew in every life of a timeline: after sign-out, or when a session left memory and came back. */
  private follow(life: number | undefined): void {
    if (this.life === life) return;
    this.life = life;
    this.rows = new Map();
    this.all = null;
  }

  private row(raw: RawClient, index: number, slot: number, version: number): ChatMessage | null {
    const known = this.rows.get(slot);
    if (known?.version === version) return known.message;
    const json = raw.rowJson(index);
    if (json === undefined) return null;
    const message = decode(json);
    this.rows.set(slot, { version, message });
    return message;
  }
}

function decode(json: string): ChatMessage {
  const row = JSON.parse(json) as RowJson;
  const content = row.raw["content"];
  return Object.freeze({
    ...row,
    content: typeof content === "string" && !row.placeholder ? content : "",
    raw: deepFreeze(row.raw),
  });
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null) deepFreeze(inner as object);
  }
  return Object.freeze(value);
}
