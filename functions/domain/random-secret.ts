import { createHash, randomBytes } from 'node:crypto';

/**
 * Secrets of 256 random bits. The store has a SHA-256 digest of each only. A plain digest suffices, because so many random
 * bits cannot be guessed.
 */

/** Secrets of one kind. They begin with its prefix, so that people and secret scanners recognize one. */
export interface RandomSecret {
  /** Returns a new secret. */
  create(): string;
  /** Returns true for a text in the form of a secret. */
  matches(text: string): boolean;
}

/** @param prefix letters and underscores */
export function createRandomSecret(prefix: string): RandomSecret {
  const form = new RegExp(`^${prefix}[\\w-]{43}$`);
  return {
    create: () => prefix + randomBytes(32).toString('base64url'),
    matches: (text) => form.test(text),
  };
}

/** Returns the digest under which a secret is stored: 43 characters. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
