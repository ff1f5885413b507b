// A fault of one screen does not take the shell with it: what failed is said, and the navigation still leads elsewhere.
import { Component, type ReactNode } from "react";
import { Failure, PageHead } from "../components/panel";
import { ApiError } from "../lib/http";

interface Props {
  /** Another screen starts anew. */
  screen: string;
  children: ReactNode;
}

interface State {
  error: Error | null;
  screen: string;
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, screen: this.props.screen };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps({ screen }: Props, state: State): Partial<State> | null {
    return screen === state.screen ? null : { screen, error: null };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <>
        <PageHead title="This screen failed" />
        <section className="panel vflex tall" aria-label="Failure">
          <Failure
            what="The page has a fault. Nothing was lost on the server."
            error={new ApiError(0, "PAGE_ERROR", error.message)}
            retry={() => this.setState({ error: null })}
          />
        </section>
      </>
    );
  }
}
