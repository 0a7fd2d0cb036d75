/** Unsaved input of one form. */
export interface TypedInput {
  /** When it was changed last, by the clock of this browser. */
  typedAt: string;
  /** The changed fields, and only those, because a colleague may change others. */
  values: Record<string, unknown>;
}

/** Everything while the page is open. What may be stored is also in the browser, and outlasts a closed tab. */
const typed = new Map<string, TypedInput>();

const PREFIX = 'sluice-draft-';
const KEPT_MS = 7 * 24 * 3_600_000;

/** Returns the unsaved input of a form, or null. What was stored may have any shape. */
export function readTyped(form: string): TypedInput | null {
  removeOld();
  return typed.get(form) ?? readStored(PREFIX + form);
}

/**
 * Keeps the unsaved input of a form; removes it when nothing has changed.
 * @param mayBeStored without secrets
 */
export function keepTyped(form: string, values: TypedInput['values'], mayBeStored = values): void {
  if (Object.keys(values).length === 0) return discardTyped(form);
  const typedAt = new Date().toISOString();
  typed.set(form, { typedAt, values });
  try {
    localStorage.setItem(PREFIX + form, JSON.stringify({ typedAt, values: mayBeStored }));
  } catch {
    // A full storage costs only what outlasts a reload. What was stored before is out of date.
    localStorage.removeItem(PREFIX + form);
  }
}

/** Discards the unsaved input of a form. */
export function discardTyped(form: string): void {
  typed.delete(form);
  localStorage.removeItem(PREFIX + form);
}

/** Discards all unsaved input, for instance at sign-out. */
export function discardAllTyped(): void {
  typed.clear();
  for (const key of storedKeys()) localStorage.removeItem(key);
}

function readStored(key: string): TypedInput | null {
  try {
    const { typedAt, values } = JSON.parse(localStorage.getItem(key) ?? 'null') as Record<string, unknown>;
    if (typeof typedAt !== 'string' || Number.isNaN(Date.parse(typedAt))) return null;
    if (typeof values !== 'object' || values === null || Object.keys(values).length === 0) return null;
    return { typedAt, values: values as TypedInput['values'] };
  } catch {
    return null;
  }
}

/** Removes what was left long ago, and what has another shape. */
function removeOld(): void {
  for (const key of storedKeys()) {
    const found = readStored(key);
    if (!found || Date.parse(found.typedAt) < Date.now() - KEPT_MS) localStorage.removeItem(key);
  }
}

function storedKeys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}
