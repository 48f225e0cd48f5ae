/** The looks of `<sidewire-badge>`. */
import type { Badge, BadgeIcon } from "./badge.js";
import type { ConnectionState } from "../types/index.js";

const SVG = "http://www.w3.org/2000/svg";

/** Strokes in a box of 16 by 16. */
const icons: Readonly<Record<BadgeIcon, readonly string[]>> = {
  live: ["M8 8h.01", "M5.2 10.8a4 4 0 0 1 0-5.6", "M10.8 5.2a4 4 0 0 1 0 5.6", "M3 13a7 7 0 0 1 0-10", "M13 3a7 7 0 0 1 0 10"],
  working: ["M14 8a6 6 0 1 1-4-5.66"],
  polling: ["M2.5 8a5.5 5.5 0 0 1 9.6-3.6L14 6.3", "M14 2.8v3.5h-3.5", "M13.5 8a5.5 5.5 0 0 1-9.6 3.6L2 9.7", "M2 13.2V9.7h3.5"],
  failed: ["M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2", "M5.8 5.8l4.4 4.4", "M10.2 5.8l-4.4 4.4"],
  offline: ["M2 2l12 12", "M6.5 4.3A4 4 0 0 1 11 6.5h.6a2.4 2.4 0 0 1 1.6 4.1", "M4.2 6.6A3 3 0 0 0 5 12.5h5.8"],
};

/** Colours are CSS variables, so that a page can set its own; each has a contrast of 4.5:1 or more on its ground. */
const STYLE = `
  :host {
    display: inline-flex; align-items: center; gap: 6px; padding: 3px 10px 3px 8px; border-radius: 999px;
    font-weight: 600; white-space: nowrap; color: var(--badge-ink); background: var(--badge-ground);
    --badge-ink: var(--sidewire-badge-neutral, light-dark(#4d5460, #b3bac5));
    --badge-ground: var(--sidewire-badge-neutral-soft, light-dark(#eceef2, #2a2e35));
  }
  :host([hidden]), :host(:not([data-badge])) { display: none; }
  :host([data-tone="good"]) {
    --badge-ink: var(--sidewire-badge-good, light-dark(#0f7b3f, #6fd698));
    --badge-ground: var(--sidewire-badge-good-soft, light-dark(#e4f5ea, #16301f));
  }
  :host([data-tone="busy"]) {
    --badge-ink: var(--sidewire-badge-busy, light-dark(#1d51c5, #8ab2ff));
    --badge-ground: var(--sidewire-badge-busy-soft, light-dark(#e6eefd, #1a2740));
  }
  :host([data-tone="warning"]) {
    --badge-ink: var(--sidewire-badge-warning, light-dark(#8a5200, #f0b45b));
    --badge-ground: var(--sidewire-badge-warning-soft, light-dark(#fdf3e0, #33260f));
  }
  :host([data-tone="bad"]) {
    --badge-ink: var(--sidewire-badge-bad, light-dark(#b42318, #ff9a8f));
    --badge-ground: var(--sidewire-badge-bad-soft, light-dark(#fdecea, #3a1b19));
  }
  svg { width: 14px; height: 14px; flex: none; fill: none; stroke: currentcolor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
  svg[data-icon="live"] path:first-child { stroke-width: 3; }
  svg[data-icon="working"] { animation: turn 1s linear infinite; }
  @keyframes turn { to { transform: rotate(1turn); } }
  @media (prefers-reduced-motion: reduce) { svg[data-icon="working"] { animation: none; } }
  @media (forced-colors: active) { :host { border: 1px solid CanvasText; } }
`;

let sheet: CSSStyleSheet | null = null;

/** Shows a badge in its element, or nothing. Nothing is touched that has not changed. */
export function drawBadge(host: HTMLElement, badge: Badge | null, state: ConnectionState | null): void {
  const root = host.shadowRoot ?? makeRoot(host);
  if (badge === null || state === null) {
    host.removeAttribute("data-badge");
    host.replaceChildren();
    return;
  }
  for (const [name, value] of [["data-badge", state], ["data-tone", badge.tone], ["title", badge.tooltip]] as const) {
    if (host.getAttribute(name) !== value) host.setAttribute(name, value);
  }
  if (host.textContent !== badge.label) host.textContent = badge.label;
  const icon = root.querySelector("svg");
  if (icon?.dataset["icon"] !== badge.icon) icon?.replaceWith(makeIcon(badge.icon));
}

/** The label is the element's own text, shown in the slot: it is read, searched and copied like any text. */
function makeRoot(host: HTMLElement): ShadowRoot {
  const root = host.attachShadow({ mode: "open" });
  if (sheet === null) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  root.adoptedStyleSheets = [sheet];
  root.append(makeIcon("offline"), document.createElement("slot"));
  return root;
}

function makeIcon(name: BadgeIcon): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("data-icon", name);
  for (const strokes of icons[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", strokes);
    svg.append(path);
  }
  return svg;
}
