import { createHmac } from 'node:crypto';

const REDACTED = '[redacted]';

/**
 * A platform's secret that cannot be printed by accident: every conversion to text yields `[redacted]`, and only
 * `reveal()` returns the key. Redaction by type needs no pattern that could miss a key.
 */
export class StreamKey {
  readonly #secret: string;

  private constructor(secret: string) {
    this.#secret = secret;
  }

  /**
   * Wraps the key as the operator entered it.
   * @throws {RangeError} when it is empty; the API schema checks its length and characters
   */
  static from(text: string): StreamKey {
    if (text.length === 0) throw new RangeError('a stream key is needed');
    return new StreamKey(text);
  }

  /** Returns the key, for the one call that sends it. Never log or store it, or put it into an error or an argument. */
  reveal(): string {
    return this.#secret;
  }

  /**
   * Returns the last four characters for recognition; null for a key shorter than eight, of which they reveal too much.
   */
  last4(): string | null {
    const characters = Array.from(this.#secret);
    return characters.length >= 8 ? characters.slice(-4).join('') : null;
  }

  /**
   * Returns 16 hex digits of an HMAC-SHA256, by which equal keys of two destinations are found without storing the key.
   * @param secret the deployment's secret; without it a weak key could be guessed from its fingerprint
   */
  fingerprint(secret: string): string {
    return createHmac('sha256', secret).update(this.#secret).digest('hex').slice(0, 16);
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }

  get [Symbol.toStringTag](): string {
    return REDACTED;
  }
}
