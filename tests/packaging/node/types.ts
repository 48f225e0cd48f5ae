// What an editor sees, under every way in which TypeScript finds packages.
import { createClient, init, SidewireError, type ClientEvent, type ErrorCode } from "sidewire";
import { init as initInline } from "sidewire/inline";
import { attachLifecycle, chromeToken } from "sidewire/chrome";
import { SidewireProvider, useMessages } from "sidewire/react";
import { createHub } from "sidewire/testing";
import { createSyncSlice, type SyncSlice } from "sidewire/zustand";

export function words(event: ClientEvent): string {
  switch (event.type) {
    case "stateChange":
      return `${event.previous} → ${event.current}`;
    case "reconnecting":
      return `${event.attempt} of ${event.maxAttempts}`;
    default:
      return event.type;
  }
}

export async function open(): Promise<ErrorCode | null> {
  await init();
  initInline();
  const token = chromeToken();
  const client = createClient({ apiBase: "https://api.example.com", token });
  attachLifecycle(client, { token });
  try {
    await client.loadMessages("s");
    return null;
  } catch (error) {
    return error instanceof SidewireError ? error.code : null;
  }
}

export const slice: (...a: never[]) => SyncSlice = createSyncSlice(createHub().createClient());
export const hooks = [SidewireProvider, useMessages] as const;
