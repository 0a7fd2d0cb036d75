import { Component, type ReactNode } from 'react';

interface Props {
  children: ReactNode;
  /** Shown instead of a part that failed. */
  instead: ReactNode;
}

/** Keeps a failure of a part, in its rendering or in the loading of its code, from the rest of the page. */
export class ErrorBoundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? this.props.instead : this.props.children;
  }
}
