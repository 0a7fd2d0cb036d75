/** Returns the growth of a total; a total that fell has restarted from zero. */
export function growth(total: number, before: number | undefined): number {
  return before === undefined || total < before ? total : total - before;
}
