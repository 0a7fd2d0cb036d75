/**
 * Filters of a page, kept in its query, so that a reload and a link bring them back.
 * @param search the page's query
 * @param onSearch takes the query that stands for changed filters
 * @param defaults every filter with the value it has when the query does not say
 * @returns the filters as they are, and what changes some of them
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
