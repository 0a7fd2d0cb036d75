import type { MouseEvent, ReactNode } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { paths } from '../app/paths.ts';

interface RowLinkProps {
  destinationId: string;
  className?: string | undefined;
  title?: string;
  children: ReactNode;
}

/**
 * Links a row to its details, and holds the focus during keyboard navigation. Unlike the router's links it does not
 * subscribe to the location, because a navigation would rerender a thousand of them.
 */
export function RowLink({ destinationId, ...given }: RowLinkProps) {
  const href = paths.destination(destinationId);
  const follow = (event: MouseEvent): void => {
    const isForTheBrowser = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (isForTheBrowser) return;
    event.preventDefault();
    navigate(href);
  };
  return <a {...given} href={href} onClick={follow} data-row-name />;
}
