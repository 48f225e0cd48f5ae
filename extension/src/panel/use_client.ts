/** React's view of a client. */

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { ClientSnapshot, Diagnostics, SidewireClient } from "sidewire";
import { idleSnapshot } from "./idle_snapshot";

const nothing = (): void => undefined;

/** The client's snapshot; `idleSnapshot` while there is no client. */
export function useClientSnapshot(client: SidewireClient | null): ClientSnapshot {
  const subscribe = useCallback((listener: () => void) => client?.subscribe(listener) ?? nothing, [client]);
  return useSyncExternalStore(subscribe, () => client?.getSnapshot() ?? idleSnapshot);
}

/** What the browser thinks of the network. */
export function useIsOnline(): boolean {
  return useSyncExternalStore(subscribeOnline, () => navigator.onLine);
}

/** The client's diagnostics, read again after every event and every second. */
export function useDiagnostics(client: SidewireClient): Diagnostics {
  const [diagnostics, setDiagnostics] = useState(() => client.diagnostics());

  useEffect(() => {
    const read = (): void => setDiagnostics(client.diagnostics());
    read();
    const stop = client.onAny(read);
    const timer = setInterval(read, 1_000);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [client]);

  return diagnostics;
}

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}
