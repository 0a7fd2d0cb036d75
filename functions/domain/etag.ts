/** Returns the strong ETag of a record. What is observed of it does not change its revision. */
export function etagOf({ revision }: { revision: number }): string {
  return `"${revision}"`;
}

/** Returns the tags of an If-Match header. */
export function tagsOf(ifMatch: string): string[] {
  return ifMatch.split(',').map((tag) => tag.trim());
}
