/** What is shown when nothing else can be: plain DOM, without React and without the module. */

import { texts } from "../texts";

/** A page that says what happened and offers another try. */
export interface Failure {
  readonly title: string;
  readonly text: string;
  /** The error's own words. */
  readonly detail: string | null;
}

/** What to say about an error at the start: 146 of the list of faults. */
export function startFailure(error: unknown): Failure {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const detail = error instanceof Error ? error.message : String(error);
  const text = code === "wasm_blocked" ? texts.startBlocked : code === "wasm_unavailable" ? texts.startMissing : texts.crashedText;
  return { title: texts.startFailed, text, detail: detail.slice(0, 500) };
}

/** What to say when the module has stopped too often: 147 of the list of faults. */
export function crashFailure(): Failure {
  return { title: texts.crashed, text: texts.crashedText, detail: null };
}

/** Puts the failure in the place of everything. */
export function showFailure(root: HTMLElement, failure: Failure, retry: () => void): void {
  const box = document.createElement("main");
  box.className = "blank";
  box.setAttribute("role", "alert");
  const title = element("h1", "blank-title", failure.title);
  const button = element("button", "button", texts.tryAgain);
  button.setAttribute("type", "button");
  button.addEventListener("click", retry);
  box.append(title, element("p", "blank-text", failure.text), button);
  if (failure.detail !== null) box.append(element("p", "start-detail", failure.detail));
  root.replaceChildren(box);
}

function element(name: string, className: string, text: string): HTMLElement {
  const created = document.createElement(name);
  created.className = className;
  created.textContent = text;
  return created;
}
