/**
 * The parts of an UpdateItem that sets fields and leaves the rest of the item alone.
 * @returns names and values under numbers, because many a field is a reserved word of DynamoDB's
 */
export function setFields(fields: object) {
  const entries = Object.entries(fields);
  return {
    set: entries.map((_, index) => `#${index} = :${index}`).join(', '),
    names: Object.fromEntries(entries.map(([name], index) => [`#${index}`, name])),
    values: Object.fromEntries(entries.map(([, value], index) => [`:${index}`, value])),
  };
}
