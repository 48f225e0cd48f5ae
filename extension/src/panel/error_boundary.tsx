import { Component, type ReactNode } from "react";

/** What is guarded, and what is shown instead when it cannot be rendered. */
export interface ErrorBoundaryProps {
  readonly children: ReactNode;
  readonly fallback: ReactNode;
  /** A new value gives the children another try. */
  readonly resetKey: string;
}

interface State {
  readonly resetKey: string;
  readonly hasFailed: boolean;
}

/** Keeps one part that cannot be rendered from taking the panel with it. A class, because React offers nothing else. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, State> {
  override state: State = { resetKey: this.props.resetKey, hasFailed: false };

  static getDerivedStateFromError(): Partial<State> {
    return { hasFailed: true };
  }

  static getDerivedStateFromProps({ resetKey }: ErrorBoundaryProps, state: State): State | null {
    return resetKey === state.resetKey ? null : { resetKey, hasFailed: false };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback : this.props.children;
  }
}
