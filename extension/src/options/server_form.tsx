/** The form of the servers: checked field by field, saved as a whole. */

import { useId, useState, type SubmitEvent } from "react";
import { checkConfig, formOf, originPattern, type Config, type ConfigForm, type ConfigProblem } from "../config";
import { optionsTexts } from "../texts";
import type { OptionsHost } from "./options_page";

/** The stored servers and what can be done with new ones. */
export interface ServerFormProps {
  readonly host: OptionsHost;
  readonly config: Config;
}

type Outcome =
  | { readonly type: "none" }
  | { readonly type: "saved" }
  | { readonly type: "failed"; readonly text: string };

/** Host, port, encryption, key and API address. */
export function ServerForm({ host, config }: ServerFormProps) {
  const [form, setForm] = useState<ConfigForm>(() => formOf(config));
  const [problems, setProblems] = useState<readonly ConfigProblem[]>([]);
  const [outcome, setOutcome] = useState<Outcome>({ type: "none" });

  const change = (part: Partial<ConfigForm>): void => {
    setForm({ ...form, ...part });
    setOutcome({ type: "none" });
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const check = checkConfig(form);
    setProblems(check.type === "invalid" ? check.problems : []);
    if (check.type === "valid") setOutcome(await save(host, check.config));
  };
  const reset = async (): Promise<void> => {
    await host.reset();
    setForm(formOf(host.defaults));
    setProblems([]);
  };
  const errorOf = (field: keyof ConfigForm): string | null => {
    const problem = problems.find((candidate) => candidate.field === field);
    return problem === undefined ? null : optionsTexts.problems[problem.code];
  };

  return (
    <form className="server-form" noValidate onSubmit={(event: SubmitEvent) => void submit(event)}>
      <TextField label={optionsTexts.apiBase} hint={optionsTexts.apiBaseHint} type="url" value={form.apiBase} error={errorOf("apiBase")} onChange={(apiBase) => change({ apiBase })} />
      <div className="pair">
        <TextField label={optionsTexts.wsHost} value={form.wsHost} error={errorOf("wsHost")} onChange={(wsHost) => change({ wsHost })} />
        <TextField label={optionsTexts.wsPort} inputMode="numeric" value={form.wsPort} error={errorOf("wsPort")} onChange={(wsPort) => change({ wsPort })} />
      </div>
      <label className="check">
        <input type="checkbox" checked={form.tls} onChange={(event) => change({ tls: event.currentTarget.checked })} />
        {optionsTexts.tls}
      </label>
      <p className="field-error" role="alert">{errorOf("tls")}</p>
      <TextField label={optionsTexts.key} hint={optionsTexts.keyHint} value={form.key} error={errorOf("key")} onChange={(key) => change({ key })} />
      <Actions outcome={outcome} onReset={() => void reset()} />
    </form>
  );
}

function Actions({ outcome, onReset }: { readonly outcome: Outcome; readonly onReset: () => void }) {
  return (
    <div className="actions">
      <button type="submit" className="button">
        {optionsTexts.save}
      </button>
      <button type="button" className="button" data-kind="plain" onClick={onReset}>
        {optionsTexts.reset}
      </button>
      <span className="outcome" role="status" data-outcome={outcome.type}>
        {outcomeText(outcome)}
      </span>
    </div>
  );
}

async function save(host: OptionsHost, config: Config): Promise<Outcome> {
  try {
    const pattern = originPattern(config);
    if (pattern !== null && !(await host.allowOrigin(pattern))) return { type: "failed", text: optionsTexts.notAllowed };
    await host.save(config);
    return { type: "saved" };
  } catch {
    return { type: "failed", text: optionsTexts.saveFailed };
  }
}

function outcomeText(outcome: Outcome): string {
  const { type } = outcome;
  switch (type) {
    case "none":
      return "";
    case "saved":
      return optionsTexts.saved;
    case "failed":
      return outcome.text;
    default:
      return type satisfies never;
  }
}

interface TextFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly type?: "text" | "url";
  readonly inputMode?: "numeric";
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
}

function TextField({ label, hint, type = "text", inputMode, value, error, onChange }: TextFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        type={type}
        inputMode={inputMode}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={error !== null}
        aria-describedby={`${id}-more`}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <p id={`${id}-more`} className={error === null ? "hint" : "field-error"}>
        {error ?? hint}
      </p>
    </div>
  );
}
