import { createHmac } from 'node:crypto';

const REDACTED = '[redacted]';

/**
 * A platform's secret, held so that it cannot be printed by accident: every way of turning it into text gives
 * `[redacted]`, and only `reveal()` gives the key. Redaction by type needs no pattern that could miss a key.
 */
export class StreamKey {
  readonly #secret: string;

  private constructor(secret: string) {
    this.#secret = secret;
  }

  /**
   * Takes the key as the operator gave it.
   * @throws {RangeError} when it is empty; its length and characters are the API schema's business
   */
  static from(text: string): StreamKey {
    if (text.length === 0) throw new RangeError('a stream key is needed');
    return new StreamKey(text);
  }

  /** The key itself, for the one call that sends it. Never log, store or put it into an error or a process argument. */
  reveal(): string {
    return this.#secret;
  }

  /** The last four characters for recognition; null when the key has fewer than eight and they would give too much away. */
  last4(): string | null {
    const characters = Array.from(this.#secret);
    return characters.length >= 8 ? characters.slice(-4).join('') : null;
  }

  /**
   * Tells whether two destinations hold the same key, without keeping the key: 16 hex digits of an HMAC-SHA256.
   * @param secret of this deployment; without it a weak key could be guessed from its fingerprint
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
