/** Returns a rule that has only its last dates. @param left how many; a rule that ends by UNTIL needs no change */
export function recurrenceFrom(rule: string, left: number): string {
  return rule
    .split(';')
    .map((part) => (part.startsWith('COUNT=') ? `COUNT=${left}` : part))
    .join(';');
}
