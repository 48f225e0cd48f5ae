/**
 * A badge that shows the state of a client's connection: `<sidewire-badge>`, and what it shows as data.
 *
 * ```ts
 * import { defineBadge } from "sidewire/badge";
 *
 * defineBadge();
 * const badge = document.createElement("sidewire-badge");
 * badge.client = client;
 * document.body.append(badge);
 * ```
 *
 * In React 19: `<sidewire-badge client={client} />`. It needs no `'unsafe-inline'` style and no HTML string, so that it
 * works under the content security policy of an extension with Trusted Types.
 *
 * @packageDocumentation
 */
import { drawBadge } from "./badge_view.js";
import type { ClientSnapshot, ConnectionState, SidewireClient } from "../types/index.js";

/** Icon of a badge. */
export type BadgeIcon = "live" | "working" | "polling" | "failed" | "offline";

/** Colour of a badge. */
export type BadgeTone = "good" | "busy" | "warning" | "bad" | "neutral";

/** What a badge shows. */
export interface Badge {
  /** One word: Connected, Connecting, Reconnecting, Polling, Disconnected or Offline. */
  readonly label: string;
  readonly icon: BadgeIcon;
  readonly tone: BadgeTone;
  /** A sentence, with the reason where there is one: `Using polling: Pusher not configured`. */
  readonly tooltip: string;
}

/** Words of a badge, for translation. */
export interface BadgeTexts {
  readonly labels: Readonly<Record<ConnectionState, string>>;
  readonly tooltips: Readonly<Record<ConnectionState, string>>;
  /** Label and tooltip while the browser has no network. */
  readonly offline: readonly [string, string];
  /** Puts a reason behind a tooltip. */
  because(tooltip: string, reason: string): string;
}

/** The words in English. */
export const badgeTexts: BadgeTexts = {
  labels: {
    connected: "Connected",
    connecting: "Connecting",
    reconnecting: "Reconnecting",
    fallback: "Polling",
    failed: "Disconnected",
    disconnected: "Offline",
  },
  tooltips: {
    connected: "Live updates are on",
    connecting: "Opening the connection",
    reconnecting: "The connection was lost and is being opened again",
    fallback: "Using polling",
    failed: "No connection",
    disconnected: "Not connected",
  },
  offline: ["Offline", "The browser is offline"],
  because: (tooltip, reason) => `${tooltip}: ${reason}`,
};

const looks: Readonly<Record<ConnectionState, readonly [BadgeIcon, BadgeTone]>> = {
  connected: ["live", "good"],
  connecting: ["working", "busy"],
  reconnecting: ["working", "busy"],
  fallback: ["polling", "warning"],
  failed: ["failed", "bad"],
  disconnected: ["offline", "neutral"],
};

/** What a badge shows for a snapshot. `isOnline`: what the browser thinks of the network. */
export function connectionBadge(
  snapshot: Pick<ClientSnapshot, "state" | "reasonLabel">,
  isOnline = true,
  texts: BadgeTexts = badgeTexts,
): Badge {
  const { state, reasonLabel } = snapshot;
  if (!isOnline) {
    const [label, tooltip] = texts.offline;
    return { label, tooltip, icon: "offline", tone: "neutral" };
  }
  const [icon, tone] = looks[state];
  const tooltip = texts.tooltips[state];
  return { label: texts.labels[state], icon, tone, tooltip: reasonLabel === null ? tooltip : texts.because(tooltip, reasonLabel) };
}

/** The element. Its light text is the label; `data-badge` holds the state, `data-tone` the colour, `title` the tooltip. */
export interface SidewireBadgeElement extends HTMLElement {
  /** The client whose state is shown; `null` shows nothing. */
  client: SidewireClient | null;
  /** Default {@link badgeTexts}. */
  texts: BadgeTexts;
}

/** Makes the element known to the page. Harmless when it is already. Does nothing where there is no page. */
export function defineBadge(name = "sidewire-badge"): void {
  if (!("customElements" in globalThis) || customElements.get(name) !== undefined) return;
  customElements.define(name, badgeClass());
}

/** Built when it is needed: where there is no page, `HTMLElement` does not exist. */
function badgeClass(): CustomElementConstructor {
  return class extends HTMLElement implements SidewireBadgeElement {
    #client: SidewireClient | null = null;
    #texts: BadgeTexts = badgeTexts;
    #end: (() => void) | null = null;
    readonly #update = (): void => {
      const client = this.#client;
      if (client === null) {
        drawBadge(this, null, null);
        return;
      }
      const snapshot = client.getSnapshot();
      drawBadge(this, connectionBadge(snapshot, navigator.onLine, this.#texts), snapshot.state);
    };

    get client(): SidewireClient | null {
      return this.#client;
    }

    set client(client: SidewireClient | null) {
      this.#client = client;
      this.#follow();
    }

    get texts(): BadgeTexts {
      return this.#texts;
    }

    set texts(texts: BadgeTexts) {
      this.#texts = texts;
      this.#update();
    }

    connectedCallback(): void {
      takeEarlyClient(this);
      addEventListener("online", this.#update);
      addEventListener("offline", this.#update);
      this.#follow();
    }

    disconnectedCallback(): void {
      removeEventListener("online", this.#update);
      removeEventListener("offline", this.#update);
      this.#end?.();
      this.#end = null;
    }

    /** A badge that is in no page listens to nothing. */
    #follow(): void {
      this.#end?.();
      this.#end = this.isConnected ? (this.#client?.subscribe(this.#update) ?? null) : null;
      this.#update();
    }
  };
}

/** A client that was set before the element was defined hides the accessor that should have got it. */
function takeEarlyClient(element: SidewireBadgeElement): void {
  if (!Object.hasOwn(element, "client")) return;
  const { client } = element;
  Reflect.deleteProperty(element, "client");
  element.client = client;
}

declare global {
  interface HTMLElementTagNameMap {
    "sidewire-badge": SidewireBadgeElement;
  }
}
