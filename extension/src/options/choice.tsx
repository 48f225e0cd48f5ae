import { useId } from "react";

/** A question and its answers, of which one holds. */
export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly hint?: string;
  readonly options: Readonly<Record<T, string>>;
  readonly value: T;
  readonly isInline?: boolean;
  readonly onChange: (value: T) => void;
}

/** One of a few, in words. */
export function Choice<T extends string>({ label, hint, options, value, isInline = false, onChange }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset className="choice-field" data-inline={isInline || undefined}>
      <legend className={isInline ? "visually-hidden" : undefined}>{label}</legend>
      {(Object.entries(options) as [T, string][]).map(([option, text]) => (
        <label key={option} className="check">
          <input type="radio" name={name} value={option} checked={option === value} onChange={() => onChange(option)} />
          {text}
        </label>
      ))}
      {hint !== undefined && <p className="hint">{hint}</p>}
    </fieldset>
  );
}
