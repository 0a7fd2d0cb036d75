/** Returns the names of an object's properties with their types. Only for objects whose type lists all properties. */
export function namesOf<Name extends string>(named: Readonly<Record<Name, unknown>>): Name[] {
  const names: Name[] = [];
  for (const name in named) names.push(name);
  return names;
}
