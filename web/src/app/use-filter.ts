import { useLocation } from 'wouter';

/**
 * Filters of a page, kept in its address, so that a reload and a link bring them back.
 * @param search the page's query; `usePlace` keeps it while an overlay has the address
 * @param defaults every filter with the value it has when the address does not say
 */
export function useFilter<Filter extends Record<string, string>>(pathname: string, search: string, defaults: Filter) {
  const [, navigate] = useLocation();
  const given = new URLSearchParams(search);
  const filter = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, given.get(name) ?? value]),
  ) as Filter;
  const change = (changes: Partial<Filter>): void => {
    const set = Object.entries({ ...filter, ...changes }).filter(([name, value]) => value !== defaults[name]);
    const query = new URLSearchParams(set as [string, string][]).toString();
    navigate(query ? `${pathname}?${query}` : pathname, { replace: true });
  };
  return [filter, change] as const;
}
