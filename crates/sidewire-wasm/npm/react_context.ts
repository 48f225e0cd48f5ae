import { createContext, createElement, type ReactElement, type ReactNode, useContext } from "react";

import { SidewireError } from "./errors.js";
import type { SidewireClient } from "../types/index.js";

const Context = createContext<SidewireClient | null | undefined>(undefined);

/** Props of {@link SidewireProvider}. */
export interface SidewireProviderProps {
  /** The client; `null` while there is none, for instance until `init` is done. It is not closed by the provider. */
  readonly client: SidewireClient | null;
  readonly children?: ReactNode;
}

/** Gives a client to the hooks below it. */
export function SidewireProvider({ client, children }: SidewireProviderProps): ReactElement {
  return createElement(Context.Provider, { value: client }, children);
}

/**
 * The provider's client, `null` while it has none.
 *
 * @throws SidewireError `no_provider` outside of a {@link SidewireProvider}.
 */
export function useClient(): SidewireClient | null {
  const client = useContext(Context);
  if (client !== undefined) return client;
  throw new SidewireError(
    "no_provider",
    "A hook of sidewire/react was used outside of a <SidewireProvider>: put one around this component",
  );
}

/** The client, for what cannot be done without one. Throws `not_initialized`. */
export function needed(client: SidewireClient | null): SidewireClient {
  if (client) return client;
  throw new SidewireError("not_initialized", "There is no client yet: give <SidewireProvider> one first");
}
