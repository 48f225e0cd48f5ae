import { RefreshCw } from "lucide-react";
import { texts } from "../texts";
import { Blank } from "./blank";

/** Takes the place of the whole panel once the extension that it came from is gone. */
export function Outdated({ onReload }: { readonly onReload: () => void }) {
  return (
    <main className="app" data-connection-state="disconnected" role="alert">
      <Blank icon={<RefreshCw />} title={texts.outdatedTitle} text={texts.outdatedText}>
        <button type="button" className="button" autoFocus onClick={onReload}>
          {texts.reloadPanel}
        </button>
      </Blank>
    </main>
  );
}
