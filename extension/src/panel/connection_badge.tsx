import type { SidewireClient } from "sidewire";
import { defineBadge, type BadgeTexts, type SidewireBadgeElement } from "sidewire/badge";
import { badgeTexts } from "../texts";

/** React knows custom elements; their types it has to be told. */
declare module "react" {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to name a custom element
  namespace JSX {
    interface IntrinsicElements {
      "sidewire-badge": DetailedHTMLProps<HTMLAttributes<SidewireBadgeElement>, SidewireBadgeElement> & {
        readonly client: SidewireClient;
        readonly texts: BadgeTexts;
      };
    }
  }
}

defineBadge();

/** State of the connection: word, icon, colour, and the reason as tooltip. Part of the debug view only. */
export function ConnectionBadge({ client }: { readonly client: SidewireClient }) {
  return <sidewire-badge client={client} texts={badgeTexts} />;
}
