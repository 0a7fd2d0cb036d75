/**
 * Ends a switch over a union: a new member is a compile error here. The message names the union and never the value,
 * which may hold a secret.
 */
export function assertNever(_value: never, union: string): never {
  throw new Error(`a new kind of ${union} is not handled`);
}
