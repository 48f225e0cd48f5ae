import { SidewireError } from "./errors.js";

/** Runs a call to a client that may have been closed meanwhile, which ends it silently. Returns whether it ran. */
export function unlessClosed(call: () => void): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof SidewireError && error.code === "closed") return false;
    throw error;
  }
}
