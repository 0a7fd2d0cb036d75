type AttributeValue = { M?: Attributes; L?: AttributeValue[] };
type Attributes = Record<string, AttributeValue>;

/** The members of an answer that hold items, or an item. */
interface ItemAnswer {
  Item?: Attributes;
  Attributes?: Attributes;
  Items?: Attributes[];
  Responses?: Record<string, Attributes[]>;
}

/**
 * Returns the answer with the members of every item and map in the reverse of the order in which they were written.
 * DynamoDB keeps no order in a map, while dynalite keeps the writer's: code that relies on it would fail only on AWS.
 * Lists keep their order.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
export function reorderMaps(output: unknown): unknown {
  if (typeof output !== 'object' || output === null) return output;
  const answer = output as ItemAnswer;
  return {
    ...answer,
    ...(answer.Item ? { Item: reverse(answer.Item) } : {}),
    ...(answer.Attributes ? { Attributes: reverse(answer.Attributes) } : {}),
    ...(answer.Items ? { Items: answer.Items.map(reverse) } : {}),
    ...(answer.Responses ? { Responses: reverseEach(answer.Responses) } : {}),
  };
}

function reverseEach(responses: Record<string, Attributes[]>): Record<string, Attributes[]> {
  return Object.fromEntries(Object.entries(responses).map(([table, items]) => [table, items.map(reverse)]));
}

function reverse(attributes: Attributes): Attributes {
  const reversed: Attributes = {};
  for (const name of Object.keys(attributes).toReversed()) reversed[name] = reverseInside(attributes[name]!);
  return reversed;
}

function reverseInside(value: AttributeValue): AttributeValue {
  if (value.M) return { M: reverse(value.M) };
  if (value.L) return { L: value.L.map(reverseInside) };
  return value;
}
