import { useCallback, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { type Overlay, overlayOf, paths } from './paths.ts';

/** Where the operator is. */
interface Place {
  /** The page, under an overlay too. */
  pathname: string;
  /** Its query, without the question mark. */
  search: string;
  overlay: Overlay | null;
  /** Goes back from the overlay to the page under it. */
  close: () => void;
}

/** Reads the place from the address. Under an overlay stays the page it was opened from, as it was. */
export function usePlace(): Place {
  const [location, navigate] = useLocation();
  const query = useSearch();
  const overlay = overlayOf(location);
  const [page, setPage] = useState({ pathname: overlay ? paths.show : location, search: overlay ? '' : query });
  const moved = !overlay && (page.pathname !== location || page.search !== query);
  // Set while rendering: the page before never shows under the new address.
  if (moved) setPage({ pathname: location, search: query });
  const current = moved ? { pathname: location, search: query } : page;
  const back = current.search ? `${current.pathname}?${current.search}` : current.pathname;
  const close = useCallback(() => navigate(back), [back, navigate]);
  return { ...current, overlay, close };
}
