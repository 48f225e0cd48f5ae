import type { ReactNode } from "react";

/** A name and its value. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="debug-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A part of the debug view under its title. */
export function Block({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <h2 className="debug-title">{title}</h2>
      {children}
    </>
  );
}

/** Lines, the newest first; a sentence when there are none. */
export function DebugLog({ empty, children }: { readonly empty: string; readonly children: readonly ReactNode[] }) {
  if (children.length === 0) return <p className="debug-empty">{empty}</p>;
  return (
    <ol className="debug-log" tabIndex={0}>
      {children}
    </ol>
  );
}
