/** The user's conversations, for the menu and the title. */

import { useCallback, useEffect, useState } from "react";
import type { Session, SidewireClient } from "sidewire";

/** A list opened by hand may be this old. */
const MENU_MAX_AGE_MS = 15_000;

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
  reload(): void;
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
    (maxAgeMs: number): void => {
      if (client === null) return;
      void read(client, maxAgeMs).then((next) => {
        setLoaded((previous) => ({ client, account, ...next, list: next.list ?? keptList(previous, client, account) }));
      });
    },
    [client, account],
  );

  useEffect(() => {
    if (isSignedIn && !isComplete) load(0);
  }, [load, isSignedIn, isComplete, sessionId]);

  // The server names a conversation while it answers the first message.
  useEffect(() => client?.on("interactResponse", () => load(0)), [client, load]);

  const reload = useCallback(() => load(MENU_MAX_AGE_MS), [load]);
  return { status: current?.status ?? "loading", list, reload };
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
