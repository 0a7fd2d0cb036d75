import { CommandFailure, EXIT } from './command-failure.ts';

interface Named {
  id: string;
  name: string;
}

/**
 * Finds one of several by id, by name, or by a unique beginning of either. An exact match wins over a beginning.
 * @param noun such as `destination`
 * @throws {CommandFailure} `failed` when none matches, `usage` with the list when several do
 */
export function findByName<Item>(
  items: readonly Item[],
  given: string,
  noun: string,
  read: (item: Item) => Named,
): Item {
  const wanted = given.toLocaleLowerCase();
  const nameOf = (item: Item): string => read(item).name.toLocaleLowerCase();
  const attempts: ((item: Item) => boolean)[] = [
    (item) => read(item).id === given,
    (item) => read(item).name === given,
    (item) => nameOf(item) === wanted,
    (item) => given !== '' && (read(item).id.startsWith(given) || nameOf(item).startsWith(wanted)),
  ];
  for (const matches of attempts) {
    const found = items.filter(matches);
    if (found.length === 1) return found[0]!;
    if (found.length > 1) throw ambiguous(found.map(read), noun);
  }
  throw new CommandFailure(EXIT.failed, `no ${noun} has this id or name; sluice ${noun}s list shows them all`);
}

function ambiguous(found: readonly Named[], noun: string): CommandFailure {
  const list = found.map(({ id, name }) => `  ${id}  ${name}`).join('\n');
  return new CommandFailure(EXIT.usage, `several ${noun}s match; give the id:\n${list}`);
}
