/**
 * Builds the parts of an UpdateItem that set these fields and leave the rest of the item alone.
 * @returns numbered names and values, because many fields are reserved words in DynamoDB
 */
export function setFields(fields: object) {
  const entries = Object.entries(fields);
  return {
    set: entries.map((_, index) => `#${index} = :${index}`).join(', '),
    names: Object.fromEntries(entries.map(([name], index) => [`#${index}`, name])),
    values: Object.fromEntries(entries.map(([, value], index) => [`:${index}`, value])),
  };
}
