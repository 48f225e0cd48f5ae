import { CircleCheck, CircleMinus, CircleX, LoaderCircle, PlugZap } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { Servers } from "../config";
import { optionsTexts } from "../texts";
import { testConnection, type Step, type StepState, type TestHost } from "./connection_test";

/** What is tested. */
export interface ConnectionTestProps {
  readonly host: TestHost;
  /** What was typed, or `null` when it makes no sense: the form says what is wrong. */
  readonly read: () => Servers | null;
}

/** API and push server are tried at the same time; the order on screen stays. */
const order: readonly string[] = Object.keys(optionsTexts.test.checks);

const icons: Record<StepState, ReactNode> = { ok: <CircleCheck />, failed: <CircleX />, skipped: <CircleMinus /> };

/** A button that tries what was typed, and what came of it, part by part. */
export function ConnectionTest({ host, read }: ConnectionTestProps) {
  const [steps, setSteps] = useState<readonly Step[]>([]);
  const [isRunning, setIsRunning] = useState(false);
  const run = async (): Promise<void> => {
    const servers = read();
    if (servers === null || isRunning) return;
    setSteps([]);
    setIsRunning(true);
    await testConnection(servers, host, (step) => setSteps((known) => sorted([...known, step])));
    setIsRunning(false);
  };

  return (
    <div className="test">
      <button type="button" className="button" data-kind="plain" disabled={isRunning} onClick={() => void run()}>
        {isRunning ? <LoaderCircle className="spin" /> : <PlugZap />}
        {isRunning ? optionsTexts.test.running : optionsTexts.test.run}
      </button>
      <ul className="test-steps" role="status" aria-label={optionsTexts.test.label} aria-busy={isRunning}>
        {steps.map(({ name, state, text }) => (
          <li key={name} className="test-step" data-step={name} data-state={state}>
            {icons[state]}
            <span>
              <strong>{optionsTexts.test.checks[name]}</strong> {text}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function sorted(steps: readonly Step[]): readonly Step[] {
  return [...steps].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}
