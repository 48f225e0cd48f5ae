/** Tries what was typed on the options page, and says in the user's words what can be known about what does not work. */

import type { doctor, DoctorCheck, DoctorFinding } from "sidewire/chrome";
import type { Servers } from "../config";
import { testTexts } from "../texts_check";

/** How a part of the test went. `skipped`: there was nothing to try. */
export type StepState = "ok" | "failed" | "skipped";

/** One part of the test. */
export interface Step {
  readonly name: DoctorCheck;
  readonly state: StepState;
  readonly text: string;
}

/** What the test needs from the outside. */
export interface TestHost {
  readonly doctor: typeof doctor;
  readonly token: () => Promise<string | null>;
}

/** What is told in any case. The rest holds in this extension and is told when it does not. */
const ALWAYS: ReadonlySet<DoctorCheck> = new Set<DoctorCheck>(["hosts", "api", "push", "auth"]);

/** Runs the whole test; tells each part as soon as it is known. Never rejects. */
export async function testConnection(servers: Servers, host: TestHost, onStep: (step: Step) => void): Promise<void> {
  const { key, wsHost, wsPort, tls, apiBase } = servers;
  const onFinding = (finding: DoctorFinding): void => {
    const step = stepOf(finding);
    if (step !== null) onStep(step);
  };
  await host.doctor({ key, wsHost, wsPort, tls, apiBase, token: host.token, onFinding });
}

/** A finding as a step; `null` when it is not worth a line. */
export function stepOf(finding: DoctorFinding): Step | null {
  const { check, ok } = finding;
  if (ok !== false && !ALWAYS.has(check)) return null;
  const state = ok === null ? "skipped" : ok ? "ok" : "failed";
  return { name: check, state, text: textOf(finding) };
}

/** A signature has words of its own; for the rest the code says enough. */
function textOf({ check, code, status, serverCode, ms }: DoctorFinding): string {
  const facts = { ms: ms ?? 0, status: status ?? 0, words: serverCode ?? "" };
  if (check === "hosts" && code === "works") return testTexts.allowed;
  if (check === "auth" && code === "works") return testTexts.signed(facts.ms);
  if (check === "auth" && status !== null && status !== 200) return testTexts.notSigned(status, facts.words);
  return testTexts.found[code](facts);
}
