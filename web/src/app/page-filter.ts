/**
 * Keeps the filters of a page in its query, so that reloads and links restore them.
 * @param search the page's query
 * @param onSearch receives the query of changed filters
 * @param defaults every filter with its default value
 * @returns the filters and a function that changes some of them
 */
export function pageFilter<Filter extends Record<string, string>>(
  search: string,
  onSearch: (search: string) => void,
  defaults: Filter,
) {
  const given = new URLSearchParams(search);
  const filter = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, given.get(name) ?? value]),
  ) as Filter;
  const change = (changes: Partial<Filter>): void => {
    const set = Object.entries({ ...filter, ...changes }).filter(([name, value]) => value !== defaults[name]);
    onSearch(new URLSearchParams(set as [string, string][]).toString());
  };
  return [filter, change] as const;
}
