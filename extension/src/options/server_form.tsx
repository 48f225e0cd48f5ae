/** The form of the servers: checked field by field, saved as a whole, and tried before or after. */

import { useId, useState, type SubmitEvent } from "react";
import { checkServers, formOf, type FormProblem, type Servers, type ServersForm } from "../config";
import { optionsTexts } from "../texts";
import { ConnectionTest } from "./connection_test_view";
import type { OptionsHost } from "./options_page";
import { saveServers, type SaveOutcome } from "./save_servers";

/** The stored servers and what can be done with new ones. */
export interface ServerFormProps {
  readonly host: Pick<OptionsHost, "defaults" | "allowOrigin" | "test">;
  readonly servers: Servers;
  readonly onSave: (servers: Servers) => Promise<void>;
}

type Outcome = SaveOutcome | { readonly type: "none" };

/** Host, port, encryption, key, API address, and how often to ask. */
export function ServerForm({ host, servers, onSave }: ServerFormProps) {
  const [form, setForm] = useState<ServersForm>(() => formOf(servers));
  const [problems, setProblems] = useState<readonly FormProblem[]>([]);
  const [outcome, setOutcome] = useState<Outcome>({ type: "none" });

  const change = (part: Partial<ServersForm>): void => {
    setForm({ ...form, ...part });
    setOutcome({ type: "none" });
  };
  const checked = (): Servers | null => {
    const check = checkServers(form);
    setProblems(check.type === "invalid" ? check.problems : []);
    return check.type === "valid" ? check.servers : null;
  };
  const save = async (valid: Servers): Promise<void> =>
    setOutcome(await saveServers({ allowOrigin: host.allowOrigin, save: onSave }, valid));
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const valid = checked();
    if (valid !== null) await save(valid);
  };
  const reset = async (): Promise<void> => {
    setForm(formOf(host.defaults));
    setProblems([]);
    await save(host.defaults);
  };

  return (
    <form className="server-form" noValidate onSubmit={(event: SubmitEvent) => void submit(event)}>
      <ServerFields form={form} problems={problems} onChange={change} />
      <div className="actions">
        <button type="submit" className="button">
          {optionsTexts.save}
        </button>
        <button type="button" className="button" data-kind="plain" onClick={() => void reset()}>
          {optionsTexts.reset}
        </button>
        <span className="outcome" role="status" data-outcome={outcome.type}>
          {outcomeText(outcome)}
        </span>
      </div>
      <ConnectionTest host={host.test} read={checked} />
    </form>
  );
}

interface ServerFieldsProps {
  readonly form: ServersForm;
  readonly problems: readonly FormProblem[];
  readonly onChange: (part: Partial<ServersForm>) => void;
}

function ServerFields({ form, problems, onChange }: ServerFieldsProps) {
  const errorOf = (field: keyof ServersForm): string | null => {
    const problem = problems.find((candidate) => candidate.field === field);
    return problem === undefined ? null : optionsTexts.problems[problem.code];
  };
  return (
    <>
      <TextField label={optionsTexts.apiBase} hint={optionsTexts.apiBaseHint} type="url" value={form.apiBase} error={errorOf("apiBase")} onChange={(apiBase) => onChange({ apiBase })} />
      <div className="pair">
        <TextField label={optionsTexts.wsHost} value={form.wsHost} error={errorOf("wsHost")} onChange={(wsHost) => onChange({ wsHost })} />
        <TextField label={optionsTexts.wsPort} inputMode="numeric" value={form.wsPort} error={errorOf("wsPort")} onChange={(wsPort) => onChange({ wsPort })} />
      </div>
      <div className="field">
        <label className="check">
          <input type="checkbox" checked={form.tls} onChange={(event) => onChange({ tls: event.currentTarget.checked })} />
          {optionsTexts.tls}
        </label>
        <p className="field-error" role="alert">{errorOf("tls")}</p>
      </div>
      <TextField label={optionsTexts.key} hint={optionsTexts.keyHint} value={form.key} error={errorOf("key")} onChange={(key) => onChange({ key })} />
      <fieldset className="choice-field">
        <legend>{optionsTexts.polling}</legend>
        <div className="pair" data-even>
          <TextField label={optionsTexts.pollActive} inputMode="decimal" value={form.pollActive} error={errorOf("pollActive")} onChange={(pollActive) => onChange({ pollActive })} />
          <TextField label={optionsTexts.pollIdle} inputMode="decimal" value={form.pollIdle} error={errorOf("pollIdle")} onChange={(pollIdle) => onChange({ pollIdle })} />
        </div>
      </fieldset>
    </>
  );
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
  readonly inputMode?: "numeric" | "decimal";
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
