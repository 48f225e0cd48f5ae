import { Download, FolderOpen } from "lucide-react";
import { useRef, useState, type ChangeEvent } from "react";
import type { SidewireClient } from "sidewire";
import { debugTexts, texts } from "../texts";
import { CopyButton } from "./copy_button";
import { Block, Fact } from "./debug_parts";
import { checkTrace, MAX_TRACE_BYTES, traceFileName, type TraceCheck, type TraceSummary } from "./trace_file";

interface Opened {
  readonly name: string;
  readonly check: TraceCheck;
}

/** Saves what went into the engine as a file, and opens such a file. */
export function TraceTools({ client }: { readonly client: SidewireClient }) {
  const input = useRef<HTMLInputElement>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const open = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.currentTarget.files?.[0];
    event.currentTarget.value = "";
    if (file === undefined) return;
    const check: TraceCheck = file.size > MAX_TRACE_BYTES ? { type: "none" } : checkTrace(await file.text());
    setOpened({ name: file.name, check });
  };

  return (
    <Block title={debugTexts.trace}>
      <p className="debug-empty">{debugTexts.traceHint}</p>
      <div className="debug-actions">
        <button type="button" className="text-button" onClick={() => save(client)}>
          <Download />
          {debugTexts.exportTrace}
        </button>
        <button type="button" className="text-button" onClick={() => input.current?.click()}>
          <FolderOpen />
          {debugTexts.importTrace}
        </button>
        <input ref={input} type="file" className="visually-hidden" tabIndex={-1} aria-label={debugTexts.importTrace} accept=".jsonl,.txt,.json" onChange={(event) => void open(event)} />
      </div>
      {opened !== null && <OpenedTrace opened={opened} onClose={() => setOpened(null)} />}
    </Block>
  );
}

function OpenedTrace({ opened, onClose }: { readonly opened: Opened; readonly onClose: () => void }) {
  const { name, check } = opened;
  return (
    <section className="trace" aria-label={debugTexts.traceFile(name)}>
      <h3 className="trace-name">{name}</h3>
      {check.type === "none" && <p className="field-error">{debugTexts.traceBroken}</p>}
      {check.type === "other" && <p className="field-error">{debugTexts.traceNewer}</p>}
      {check.type === "trace" && <Summary name={name} summary={check.summary} />}
      <button type="button" className="text-button" onClick={onClose}>
        {texts.close}
      </button>
    </section>
  );
}

function Summary({ name, summary }: { readonly name: string; readonly summary: TraceSummary }) {
  const command = `cargo run -p sidewire-sim --release -- replay ${shellWord(name)}`;
  return (
    <>
      <dl className="debug-facts">
        <Fact name={debugTexts.traceVersion}>{String(summary.version)}</Fact>
        <Fact name={debugTexts.traceLines}>{String(summary.inputs)}</Fact>
        <Fact name={debugTexts.traceSpan}>{debugTexts.seconds(summary.spanMs)}</Fact>
        <Fact name={debugTexts.traceServer}>{summary.servers.join(", ") || debugTexts.none}</Fact>
      </dl>
      <p className="debug-empty">{summary.dropped > 0 ? debugTexts.traceTruncated : debugTexts.traceComplete}</p>
      <p className="debug-detail">{summary.kinds.map(([kind, count]) => `${kind} ${count}`).join(" · ")}</p>
      <div className="trace-command">
        <span className="debug-empty">{debugTexts.traceReplay}</span>
        <code>{command}</code>
        <CopyButton label={texts.copyCode} read={() => command} kind="inline" />
      </div>
    </>
  );
}

function save(client: SidewireClient): void {
  const address = URL.createObjectURL(new Blob([client.exportTrace() ?? ""], { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = traceFileName(new Date());
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A file's name as one word of a command line. */
function shellWord(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}
