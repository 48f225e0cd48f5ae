import type { ClientSnapshot } from "sidewire";
import { IDLE_SNAPSHOT } from "sidewire/react";

/** The snapshot shown while there is no client: its configuration cannot be used. */
export const idleSnapshot: ClientSnapshot = Object.freeze({ ...IDLE_SNAPSHOT, state: "failed" });
