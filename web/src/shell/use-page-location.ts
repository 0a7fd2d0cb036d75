import { useCallback, useState } from 'react';
import { useLocation } from 'wouter';
import { useSearch } from 'wouter/use-browser-location';
import { type Overlay, overlayOf, paths } from '../app/paths.ts';

/** The operator's location. */
interface PageLocation {
  /** Path of the page, also under an overlay. */
  pathname: string;
  /** Query of the page, without the question mark. */
  search: string;
  overlay: Overlay | null;
  /** Changes the query of the page and keeps an overlay open. */
  changeSearch: (search: string) => void;
  /** Closes the overlay. */
  close: () => void;
}

/** Reads the location from the address. The page stays as it was under an overlay. */
export function usePageLocation(): PageLocation {
  const [location, navigate] = useLocation();
  // The raw query, because the router decodes once more and turns a typed %41 into a letter.
  const query = useSearch().slice(1);
  const overlay = overlayOf(location);
  const [page, setPage] = useState({ pathname: overlay ? paths.show : location, search: overlay ? '' : query });
  const moved = !overlay && (page.pathname !== location || page.search !== query);
  // Set during rendering, so that the previous page never shows under the new address.
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
