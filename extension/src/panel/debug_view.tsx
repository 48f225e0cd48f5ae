import type { ReactNode } from "react";
import type { ClientSnapshot, Diagnostics, ProblemEntry, SidewireClient, Transition } from "sidewire";
import type { Config } from "../config";
import { debugTexts } from "../texts";
import { ConnectionBadge } from "./connection_badge";
import { CopyButton } from "./copy_button";
import { Block, DebugLog, Fact } from "./debug_parts";
import { codeName, counterName, diagnosisText } from "./diagnosis";
import { FrameLog } from "./frame_log";
import { preciseTime } from "./times";
import { TraceTools } from "./trace_tools";
import { useDiagnostics } from "./use_client";

/** What the debug view shows. */
export interface DebugViewProps {
  readonly client: SidewireClient;
  readonly snapshot: ClientSnapshot;
  readonly config: Config;
  readonly isOnline: boolean;
  readonly version: string;
}

/** State of the connection, its history and its counters. */
export function DebugView({ client, snapshot, config, isOnline, version }: DebugViewProps) {
  const diagnostics = useDiagnostics(client);
  const copy = (): string =>
    diagnosisText({ version, browser: navigator.userAgent, at: Date.now(), isOnline, config, snapshot, diagnostics });

  return (
    <section className="debug" aria-label={debugTexts.title} tabIndex={0}>
      <div className="debug-head">
        <ConnectionBadge client={client} />
        <CopyButton label={debugTexts.copy} read={copy} kind="wide" />
      </div>
      <Facts snapshot={snapshot} diagnostics={diagnostics} />
      <Block title={debugTexts.transitions}>
        <DebugLog empty={debugTexts.noTransitions}>{diagnostics.transitions.map(TransitionLine).reverse()}</DebugLog>
      </Block>
      <Block title={debugTexts.problems}>
        <DebugLog empty={debugTexts.noProblems}>{diagnostics.problems.map(ProblemLine).reverse()}</DebugLog>
      </Block>
      <FrameLog client={client} received={diagnostics.counters.framesReceived} />
      <TraceTools client={client} />
      <Block title={debugTexts.counters}>
        <dl className="debug-facts" data-counters>
          {Object.entries(diagnostics.counters).map(([name, value]) => (
            <Fact key={name} name={counterName(name)}>
              {String(value)}
            </Fact>
          ))}
        </dl>
      </Block>
    </section>
  );
}

function Facts({ snapshot, diagnostics }: { readonly snapshot: ClientSnapshot; readonly diagnostics: Diagnostics }) {
  const { freshnessSince: since, freshnessCause: cause, reasonLabel, refusalCode } = snapshot;
  return (
    <dl className="debug-facts">
      <Fact name={debugTexts.freshness}>{codeName(snapshot.freshness)}</Fact>
      <Fact name={debugTexts.since}>{since === null ? debugTexts.none : <Moment at={since} />}</Fact>
      <Fact name={debugTexts.cause}>{cause === null ? debugTexts.none : codeName(cause)}</Fact>
      <Fact name={debugTexts.reason}>{reasonLabel === null ? debugTexts.none : [reasonLabel, refusalCode].filter(Boolean).join(" · ")}</Fact>
      <Fact name={debugTexts.polling}>{snapshot.isPolling ? debugTexts.yes : debugTexts.no}</Fact>
      <Fact name={debugTexts.messages}>{String(snapshot.length)}</Fact>
      <Fact name={debugTexts.session}>{snapshot.sessionId ?? debugTexts.none}</Fact>
      <Fact name={debugTexts.socket}>{diagnostics.socketId ?? debugTexts.none}</Fact>
    </dl>
  );
}

function TransitionLine(entry: Transition, index: number): ReactNode {
  const details = [
    codeName(entry.cause),
    entry.reason === null ? null : codeName(entry.reason),
    entry.close === null ? null : debugTexts.closeCode(entry.close.code, entry.close.reason),
  ];
  return (
    <li key={`${entry.at}-${index}`} data-transition={entry.current}>
      <Moment at={entry.at} />
      <span>
        {entry.previous} → <strong>{entry.current}</strong>
        <span className="debug-detail">{details.filter((detail) => detail !== null).join(" · ")}</span>
      </span>
    </li>
  );
}

function ProblemLine(entry: ProblemEntry, index: number): ReactNode {
  return (
    <li key={`${entry.at}-${index}`} data-problem={entry.code}>
      <Moment at={entry.at} />
      <span>
        <strong>{codeName(entry.code)}</strong>
        <span className="debug-detail">{entry.detail}</span>
      </span>
    </li>
  );
}

function Moment({ at }: { readonly at: number }) {
  return <time dateTime={new Date(at).toISOString()}>{preciseTime(at)}</time>;
}
