/**
 * Evaluates the part of IAM that our policies use: an action is allowed if an Allow statement matches action, resource
 * and all conditions, and no Deny statement does. An unknown operator is an error, never a silent yes or no.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

export interface PolicyStatement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** One permission that a call needs: IAM's action on one resource, in one context. */
export interface PolicyQuestion {
  action: string;
  resource: string;
  /** Condition keys that are present; keys with several values as lists. */
  context: Readonly<Record<string, string | readonly string[]>>;
}

/** Returns true if the statements allow the action. */
export function isAllowed(statements: readonly PolicyStatement[], question: PolicyQuestion): boolean {
  const matching = statements.filter((statement) => matches(statement, question));
  return matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny');
}

/** Returns true if the statement matches the action, resource and context. */
export function matches(statement: PolicyStatement, { action, resource, context }: PolicyQuestion): boolean {
  return (
    toList(statement.Action).some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    toList(statement.Resource).some((pattern) => isLike(resource, pattern)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, toList(wanted), valuesOf(context, key))),
    )
  );
}

/** Condition keys are case-insensitive, including the tag names in them. */
function valuesOf(context: PolicyQuestion['context'], key: string): readonly string[] | null {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found ? toList(found[1]) : null;
}

function holds(operator: string, wanted: readonly string[], given: readonly string[] | null): boolean {
  const [, quantifier, plain = '', ifExists] = /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  if (plain === 'Null') return wanted.includes(String(given === null));
  const isNegated = plain.startsWith('StringNot');
  const test = OPERATORS[plain.replace('StringNot', 'String')];
  if (!test) throw new Error(`this evaluator does not support the condition operator ${operator}`);
  // A negated operator with several values is met when the given one is none of them.
  const isMet = (value: string) => wanted.some((each) => test(value, each)) !== isNegated;
  // If the key is absent, ForAllValues is true, ForAnyValue and a plain comparison are false.
  if (given === null) return quantifier === 'ForAllValues:' || ifExists !== undefined;
  return quantifier === 'ForAllValues:' ? given.every(isMet) : given.some(isMet);
}

const OPERATORS: Record<string, (value: string, wanted: string) => boolean> = {
  StringEquals: (value, wanted) => value === wanted,
  StringLike: isLike,
  ArnEquals: isLike,
  ArnLike: isLike,
  Bool: (value, wanted) => value === wanted,
};

/** `*` matches any characters, `?` matches one. */
function isLike(value: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(value);
}

function toList<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? (value as readonly Item[]) : [value as Item];
}
