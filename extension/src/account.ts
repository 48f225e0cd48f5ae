/** The bearer token: where it is kept, and everything that goes with it when the user signs out. */

import type { TokenArea } from "./config";
import { MESSAGE_KEYS } from "./message_storage";
import type { Area, Storage } from "./platform/storage";
import { parseToken } from "./sign_in";

/** The storage key of the token. A backend's own sign-in may store it there too, in `local`. */
export const TOKEN_KEY = "accessToken";

/** The same for incognito windows, in `session` only: nothing of them is kept. */
export const INCOGNITO_TOKEN_KEY = "accessToken:incognito";

/** What else belongs to an account beside its messages: what was read, and what was shown last. */
const ACCOUNT_KEYS = new Set(["sidewire:seen", "sidewire:connection"]);

/** What an account needs from the outside. */
export interface AccountHost {
  readonly storage: Storage;
  readonly isIncognito: boolean;
  /** Keeps content scripts away from `local`; awaited before anything is stored there. */
  readonly lockStorage: () => Promise<void>;
  readonly storageKeys: (area: Area) => Promise<readonly string[]>;
}

/** Who is signed in. */
export interface Account {
  readonly token: () => Promise<string | null>;
  /** Stores the token in this area, and in no other. */
  readonly signIn: (token: string, area: TokenArea) => Promise<void>;
  /** Removes the token and what belongs to its account. The worker lets go of the tabs' sessions when it hears of it. */
  readonly signOut: () => Promise<void>;
  /** Moves the token and the messages that are kept to another area. */
  readonly move: (area: TokenArea) => Promise<void>;
  /**
   * Calls back when the token changes, with `null` when the user has signed out. `known`: the token that the listener
   * knows; without it the first change is told whatever it is. Returns the function that ends it.
   */
  readonly watch: (listener: (token: string | null) => void, known?: string | null) => () => void;
}

/** Builds an account. Outside of incognito a token in `session` wins over one in `local`. */
export function createAccount(host: AccountHost): Account {
  const { storage } = host;
  const key = host.isIncognito ? INCOGNITO_TOKEN_KEY : TOKEN_KEY;
  const areas: readonly Area[] = host.isIncognito ? ["session"] : ["session", "local"];

  const token = async (): Promise<string | null> => {
    const values = await Promise.all(areas.map((area) => storage.read(area, key)));
    return values.map(parseToken).find((value) => value !== null) ?? null;
  };
  const store = async (value: string, area: TokenArea): Promise<void> => {
    // Content scripts never see `session`; `local` is closed to them by the lock only.
    const isLocked = await locked(host);
    const target = host.isIncognito || !isLocked ? "session" : area;
    await storage.write(target, key, value);
    for (const other of areas) if (other !== target) await storage.remove(other, key);
  };

  return {
    token,
    signIn: store,
    move: async (area) => {
      const value = await token();
      if (value === null) return;
      await store(value, area);
      if (!host.isIncognito) await moveMessages(host, area);
    },
    signOut: async () => {
      for (const area of areas) await storage.remove(area, key);
      if (!host.isIncognito) await forgetAccount(host);
    },
    watch: (listener, known) => {
      let previous = known;
      let isEnded = false;
      // A token that moves from one area to the other goes and comes within a moment: only what it is afterwards counts.
      const look = async (): Promise<void> => {
        const value = await token();
        if (isEnded || value === previous) return;
        previous = value;
        listener(value);
      };
      const ends = areas.map((area) => storage.watch(area, key, () => void look()));
      return () => {
        isEnded = true;
        for (const end of ends) end();
      };
    },
  };
}

async function locked(host: AccountHost): Promise<boolean> {
  try {
    await host.lockStorage();
    return true;
  } catch {
    return false;
  }
}

async function forgetAccount({ storage, storageKeys }: AccountHost): Promise<void> {
  for (const area of ["local", "session"] as const) {
    const keys = await keysOf(area, storageKeys);
    for (const key of keys) if (MESSAGE_KEYS.test(key) || ACCOUNT_KEYS.has(key)) await storage.remove(area, key);
  }
}

async function moveMessages({ storage, storageKeys }: AccountHost, to: TokenArea): Promise<void> {
  const from = to === "local" ? "session" : "local";
  for (const key of await keysOf(from, storageKeys)) {
    if (!MESSAGE_KEYS.test(key)) continue;
    await storage.write(to, key, await storage.read(from, key));
    await storage.remove(from, key);
  }
}

async function keysOf(area: Area, storageKeys: AccountHost["storageKeys"]): Promise<readonly string[]> {
  try {
    return await storageKeys(area);
  } catch {
    return [];
  }
}
