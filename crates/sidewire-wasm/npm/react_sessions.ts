import { useCallback, useEffect, useMemo, useState } from "react";

import { SidewireError } from "./errors.js";
import { needed, useClient } from "./react_context.js";
import type { Session, SessionFields, SidewireClient } from "../types/index.js";

/** What {@link useSessions} gives. */
export interface SessionsView {
  /** The user's sessions, newest first; empty until they were loaded. */
  readonly sessions: readonly Session[];
  readonly isLoading: boolean;
  /** Why the last load failed, or `null`. */
  readonly error: SidewireError | null;
  /** Asks the server again. */
  refresh(): Promise<void>;
  /** Begins a session and shows it in the list. */
  create(fields?: SessionFields): Promise<Session>;
  /** Changes title, url or domain, and shows that in the list. */
  update(sessionId: string, fields: SessionFields): Promise<Session>;
}

interface Listed {
  readonly of: SidewireClient | null;
  readonly sessions: readonly Session[];
  readonly isLoading: boolean;
  readonly error: SidewireError | null;
}

const NONE: readonly Session[] = Object.freeze([]);

/** The user's sessions, loaded when the component mounts. Several components share one request. */
export function useSessions(): SessionsView {
  const client = useClient();
  const [listed, setListed] = useState<Listed>(() => started(client));

  const load = useCallback(
    async (maxAgeMs?: number): Promise<void> => {
      if (!client) return;
      const tell = (change: Partial<Listed>): void => {
        setListed((before) => ({ ...(before.of === client ? before : started(client)), isLoading: false, error: null, ...change }));
      };
      try {
        tell({ sessions: await client.listSessions(maxAgeMs === undefined ? {} : { maxAgeMs }) });
      } catch (error) {
        if (!(error instanceof SidewireError)) throw error;
        tell({ error });
      }
    },
    [client],
  );

  useEffect(() => {
    void load();
    // The client's list has it already.
    return client?.on("sessionUpdate", () => void load());
  }, [client, load]);

  const actions = useMemo(() => actionsOf(client, load), [client, load]);
  const { sessions, isLoading, error } = listed.of === client ? listed : started(client);
  return useMemo(() => ({ sessions, isLoading, error, ...actions }), [sessions, isLoading, error, actions]);
}

function started(of: SidewireClient | null): Listed {
  return { of, sessions: NONE, isLoading: of !== null, error: null };
}

type Actions = Pick<SessionsView, "refresh" | "create" | "update">;

function actionsOf(client: SidewireClient | null, load: (maxAgeMs?: number) => Promise<void>): Actions {
  return {
    refresh: () => load(0),
    create: async (fields) => {
      const session = await needed(client).createSession(fields);
      await load();
      return session;
    },
    update: async (sessionId, fields) => {
      const session = await needed(client).updateSession(sessionId, fields);
      await load();
      return session;
    },
  };
}
