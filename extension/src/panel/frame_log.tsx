import { useEffect, useState } from "react";
import type { SidewireClient } from "sidewire";
import { debugTexts } from "../texts";
import { DebugLog } from "./debug_parts";
import { lastFrames, type FrameLine } from "./trace_file";

const MOST = 50;

/** Reading the whole trace takes a moment, so it is not done for every frame. */
const PAUSE_MS = 1_000;

/** What came in last: names and sizes, no contents. Read only while it is open. */
export function FrameLog({ client, received }: { readonly client: SidewireClient; readonly received: number }) {
  const [isOpen, setIsOpen] = useState(false);
  const [frames, setFrames] = useState<readonly FrameLine[]>([]);

  useEffect(() => {
    if (!isOpen) return;
    const timer = setTimeout(() => setFrames(lastFrames(client.exportTrace() ?? "", MOST)), frames.length === 0 ? 0 : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [client, isOpen, received, frames.length]);

  return (
    <details className="debug-more" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className="debug-title">{debugTexts.frames}</summary>
      <p className="debug-empty">{debugTexts.framesHint}</p>
      <DebugLog empty={debugTexts.noFrames}>
        {frames.map(({ at, kind, name, size }, index) => (
          <li key={`${at}-${index}`} data-frame={kind}>
            <time>{debugTexts.seconds(at)}</time>
            <span>
              {kind} <strong>{name}</strong>
              {size > 0 && <span className="debug-detail">{debugTexts.characters(size)}</span>}
            </span>
          </li>
        ))}
      </DebugLog>
    </details>
  );
}
