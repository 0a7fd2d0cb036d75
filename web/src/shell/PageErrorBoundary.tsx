import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Mark } from '../ui/Wordmark.tsx';
import classes from './App.module.css';

interface Props {
  children: ReactNode;
  /** Shown instead of the failed part; by default the message for the whole page. */
  instead?: ReactNode;
}

/** Shows a message instead of a blank page after a rendering error. */
export class PageErrorBoundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    if (this.props.instead !== undefined) return this.props.instead;
    return (
      <div className={classes.opening} role="alert">
        <Mark size={48} />
        <p className={classes.words}>
          <strong>This page failed.</strong> Your streams are not affected.
        </p>
        <Button onClick={() => window.location.reload()}>Reload the page</Button>
      </div>
    );
  }
}
