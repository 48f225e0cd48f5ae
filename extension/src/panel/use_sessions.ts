/** The user's conversations, for the list and the title. */

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { ClientSnapshot, Session, SidewireClient } from "sidewire";
import type { Seen } from "./seen";

/** A list opened by hand may be this old. */
const LIST_MAX_AGE_MS = 15_000;

/** Whose conversations: a client, and which account it works for. */
export interface SessionsOf {
  readonly client: SidewireClient | null;
  readonly isSignedIn: boolean;
  readonly account: number;
}

/** The list and how to read it again. */
export interface Sessions {
  readonly status: "loading" | "ready" | "failed";
  readonly list: readonly Session[];
  readonly reload: () => void;
  /** Gives a conversation another name; resolves with whether the server took it. */
  readonly rename: (sessionId: string, title: string) => Promise<boolean>;
}

interface Loaded extends Pick<Sessions, "status" | "list"> {
  readonly client: SidewireClient | null;
  readonly account: number;
}

const none: readonly Session[] = [];

/** Loads the list for every account and again whenever a session is shown that it does not hold. */
export function useSessions({ client, isSignedIn, account }: SessionsOf, sessionId: string | null): Sessions {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const current = loaded?.client === client && loaded.account === account ? loaded : null;
  const list = current?.list ?? none;
  const isComplete =
    current !== null && (sessionId === null || list.some((session) => session.sessionId === sessionId));

  const load = useCallback(
    (maxAgeMs: number): Promise<void> => {
      if (client === null) return Promise.resolve();
      return read(client, maxAgeMs).then((next) => {
        setLoaded((previous) => ({ client, account, ...next, list: next.list ?? keptList(previous, client, account) }));
      });
    },
    [client, account],
  );

  useEffect(() => {
    if (isSignedIn && !isComplete) void load(0);
  }, [load, isSignedIn, isComplete, sessionId]);

  // The server names a conversation while it answers the first message, and ends it when it has.
  useEffect(() => client?.on("interactResponse", () => void load(0)), [client, load]);

  // What the server says of a conversation meanwhile is in the client's list already.
  useEffect(() => client?.on("sessionUpdate", () => void load(Infinity)), [client, load]);

  const reload = useCallback(() => void load(LIST_MAX_AGE_MS), [load]);
  const rename = useCallback(
    async (renamed: string, title: string): Promise<boolean> => {
      try {
        await client?.updateSession(renamed, { title });
        await load(0);
        return client !== null;
      } catch {
        return false;
      }
    },
    [client, load],
  );
  return { status: current?.status ?? "loading", list, reload, rename };
}

/** Marks what is read: the newest message of the session in front of somebody who looks. */
export function useSeen(seen: Seen, sessions: Sessions, client: SidewireClient | null, snapshot: ClientSnapshot): void {
  const { list, status } = sessions;
  useEffect(() => {
    if (status === "ready") seen.begin(list);
  }, [seen, list, status]);

  const { sessionId, length, revision } = snapshot;
  useEffect(() => {
    if (client === null || sessionId === null || document.visibilityState !== "visible") return;
    const sequence = newestSequence(client, length);
    if (sequence !== null) seen.mark(sessionId, sequence);
  }, [seen, client, sessionId, length, revision]);
}

/** Renders again whenever something was read. */
export function useSeenRevision(seen: Seen): number {
  return useSyncExternalStore(seen.subscribe, seen.revision);
}

/** Own messages on their way have no number yet: the newest one that has counts. */
function newestSequence(client: SidewireClient, length: number): number | null {
  const newest = client.rows(Math.max(0, length - 10), length);
  return newest.reduce<number | null>((most, { sequenceNumber }) => {
    return sequenceNumber === null ? most : Math.max(most ?? 0, sequenceNumber);
  }, null);
}

type Answer =
  | { readonly status: "ready"; readonly list: readonly Session[] }
  | { readonly status: "failed"; readonly list: null };

async function read(client: SidewireClient, maxAgeMs: number): Promise<Answer> {
  try {
    return { status: "ready", list: await client.listSessions({ maxAgeMs }) };
  } catch {
    return { status: "failed", list: null };
  }
}

function keptList(previous: Loaded | null, client: SidewireClient, account: number): readonly Session[] {
  return previous?.client === client && previous.account === account ? previous.list : none;
}
