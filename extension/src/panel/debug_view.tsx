import type { ReactNode } from "react";
import type { ClientSnapshot, Diagnostics, ProblemEntry, SidewireClient, Transition } from "sidewire";
import { debugTexts } from "../texts";
import { ConnectionStatusBadge } from "./connection_status_badge";
import { CopyButton } from "./copy_button";
import { codeName, counterName, diagnosisText } from "./diagnosis";
import { preciseTime } from "./times";
import { useDiagnostics } from "./use_client";

/** What the debug view shows. */
export interface DebugViewProps {
  readonly client: SidewireClient;
  readonly snapshot: ClientSnapshot;
  readonly isOnline: boolean;
  readonly version: string;
}

/** State of the connection, its history and its counters. */
export function DebugView({ client, snapshot, isOnline, version }: DebugViewProps) {
  const diagnostics = useDiagnostics(client);
  const copy = (): string => diagnosisText({ version, at: Date.now(), isOnline, snapshot, diagnostics });

  return (
    <section className="debug" aria-label={debugTexts.title} tabIndex={0}>
      <div className="debug-head">
        <ConnectionStatusBadge snapshot={snapshot} isOnline={isOnline} />
        <CopyButton label={debugTexts.copy} read={copy} isWide />
      </div>
      <Facts snapshot={snapshot} diagnostics={diagnostics} />
      <Block title={debugTexts.transitions}>
        <Log empty={debugTexts.noTransitions}>{diagnostics.transitions.map(TransitionLine).reverse()}</Log>
      </Block>
      <Block title={debugTexts.problems}>
        <Log empty={debugTexts.noProblems}>{diagnostics.problems.map(ProblemLine).reverse()}</Log>
      </Block>
      <Block title={debugTexts.counters}>
        <dl className="debug-facts" data-counters>
          {Object.entries(diagnostics.counters).map(([name, value]) => (
            <Fact key={name} name={counterName(name)} value={String(value)} />
          ))}
        </dl>
      </Block>
    </section>
  );
}

function Facts({ snapshot, diagnostics }: { readonly snapshot: ClientSnapshot; readonly diagnostics: Diagnostics }) {
  return (
    <dl className="debug-facts">
      <Fact name={debugTexts.freshness} value={codeName(snapshot.freshness)} />
      <Fact name={debugTexts.polling} value={snapshot.isPolling ? debugTexts.yes : debugTexts.no} />
      <Fact name={debugTexts.messages} value={String(snapshot.length)} />
      <Fact name={debugTexts.session} value={snapshot.sessionId ?? debugTexts.none} />
      <Fact name={debugTexts.socket} value={diagnostics.socketId ?? debugTexts.none} />
    </dl>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="debug-fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Block({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <h2 className="debug-title">{title}</h2>
      {children}
    </>
  );
}

function Log({ empty, children }: { readonly empty: string; readonly children: readonly ReactNode[] }) {
  return children.length === 0 ? <p className="debug-empty">{empty}</p> : (
    <ol className="debug-log" tabIndex={0}>
      {children}
    </ol>
  );
}

function TransitionLine(entry: Transition, index: number) {
  const details = [
    codeName(entry.cause),
    entry.reason === null ? null : codeName(entry.reason),
    entry.close === null ? null : debugTexts.closeCode(entry.close.code, entry.close.reason),
  ];
  return (
    <li key={`${entry.at}-${index}`} data-transition={entry.current}>
      <time dateTime={new Date(entry.at).toISOString()}>{preciseTime(entry.at)}</time>
      <span>
        {entry.previous} → <strong>{entry.current}</strong>
        <span className="debug-detail">{details.filter((detail) => detail !== null).join(" · ")}</span>
      </span>
    </li>
  );
}

function ProblemLine(entry: ProblemEntry, index: number) {
  return (
    <li key={`${entry.at}-${index}`} data-problem={entry.code}>
      <time dateTime={new Date(entry.at).toISOString()}>{preciseTime(entry.at)}</time>
      <span>
        <strong>{codeName(entry.code)}</strong>
        <span className="debug-detail">{entry.detail}</span>
      </span>
    </li>
  );
}
