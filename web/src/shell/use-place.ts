import { useCallback, useState } from 'react';
import { useLocation } from 'wouter';
import { useSearch } from 'wouter/use-browser-location';
import { type Overlay, overlayOf, paths } from '../app/paths.ts';

/** Where the operator is. */
interface Place {
  /** The page, under an overlay too. */
  pathname: string;
  /** Its query, without the question mark. */
  search: string;
  overlay: Overlay | null;
  /** Gives the page another query; an overlay stays. */
  changeSearch: (search: string) => void;
  /** Goes back from the overlay to the page under it. */
  close: () => void;
}

/** Reads the place from the address. Under an overlay stays the page it was opened from, as it was. */
export function usePlace(): Place {
  const [location, navigate] = useLocation();
  // As it is written: the router’s own reading decodes it once more, and makes a letter of a typed %41.
  const query = useSearch().slice(1);
  const overlay = overlayOf(location);
  const [page, setPage] = useState({ pathname: overlay ? paths.show : location, search: overlay ? '' : query });
  const moved = !overlay && (page.pathname !== location || page.search !== query);
  // Set while rendering: the page before never shows under the new address.
  if (moved) setPage({ pathname: location, search: query });
  const current = moved ? { pathname: location, search: query } : page;
  const back = toAddress(current);
  const close = useCallback(() => navigate(back), [back, navigate]);
  const changeSearch = (next: string): void => {
    const changed = { pathname: current.pathname, search: next };
    if (overlay) setPage(changed);
    else navigate(toAddress(changed), { replace: true });
  };
  return { ...current, overlay, changeSearch, close };
}

function toAddress({ pathname, search }: { pathname: string; search: string }): string {
  return search ? `${pathname}?${search}` : pathname;
}
