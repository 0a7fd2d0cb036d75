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
 * The link from a row to its details; what has the focus when the keyboard goes from row to row. Unlike the router's
 * links it does not listen to where the page is: a thousand of them would be rendered anew with every change of place.
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
