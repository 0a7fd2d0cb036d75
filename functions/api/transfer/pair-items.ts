/** What an item of a document is here. */
export type Pairing<Here> =
  | { kind: 'new' }
  | { kind: 'same'; here: Here }
  | { kind: 'changed'; here: Here }
  /** Several items here or in the document have its name, so which one is meant is not known. */
  | { kind: 'ambiguous'; count: number };

/**
 * Finds what each item of a document is here. An item that equals one here is that one. Of the others, one with the name
 * of exactly one item here is a change of it. Nothing is guessed: a wrong guess would change another item.
 * @param nameOf what people recognise an item by
 * @returns one entry for each wanted item, in their order
 */
export function pairItems<Wanted, Here>(
  wanted: readonly Wanted[],
  here: readonly Here[],
  {
    isEqual,
    nameOfHere,
    nameOfWanted,
  }: {
    isEqual: (wanted: Wanted, here: Here) => boolean;
    nameOfHere: (here: Here) => string;
    nameOfWanted: (wanted: Wanted) => string;
  },
): Pairing<Here>[] {
  const left = [...here];
  const equals = wanted.map((item) => {
    const at = left.findIndex((other) => isEqual(item, other));
    return at === -1 ? null : left.splice(at, 1)[0]!;
  });
  const open = wanted.filter((_, index) => equals[index] === null);
  return wanted.map((item, index) => {
    const equal = equals[index];
    if (equal) return { kind: 'same', here: equal };
    const name = nameOfWanted(item);
    const candidates = left.filter((other) => nameOfHere(other) === name);
    const rivals = open.filter((other) => nameOfWanted(other) === name);
    const [only] = candidates;
    if (only === undefined) return { kind: 'new' };
    if (candidates.length === 1 && rivals.length === 1) return { kind: 'changed', here: only };
    return { kind: 'ambiguous', count: Math.max(candidates.length, rivals.length) };
  });
}

/** Returns the names with a number from the second of a name on, so that each is there once. */
export function numbered(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let number = 2; taken.has(unique); number++) unique = `${name} #${number}`;
    taken.add(unique);
    return unique;
  });
}
