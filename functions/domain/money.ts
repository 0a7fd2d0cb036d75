/**
 * Amounts in whole micro-dollars, so that the sums of days equal the sum of the whole. A part without a confirmed price
 * is left out of the sum and named: nothing is guessed, and nothing unknown counts as zero.
 */

const MICRO = 1_000_000;

/** A price per hour, or an amount. */
export interface Money {
  /** Whole micro-dollars of the parts with a known price; null when no part has one. */
  microUsd: number | null;
  /** Names of the parts that were left out. */
  unknownParts: readonly string[];
  /** True when the amount includes traffic, whose bytes are estimated from a bitrate. */
  isAbout: boolean;
}

export const NOTHING: Money = { microUsd: 0, unknownParts: [], isAbout: false };

/** Returns a known amount. @param usd dollars */
export function known(usd: number, isAbout = false): Money {
  return { microUsd: Math.round(usd * MICRO), unknownParts: [], isAbout };
}

/** Returns an unknown amount that names its part. */
export function unknown(part: string): Money {
  return { microUsd: null, unknownParts: [part], isAbout: false };
}

/** Adds up amounts. Returns null only when there are amounts and all are unknown. */
export function sum(parts: readonly Money[]): Money {
  const knownParts = parts.filter(({ microUsd }) => microUsd !== null);
  return {
    microUsd:
      parts.length > 0 && knownParts.length === 0
        ? null
        : knownParts.reduce((total, { microUsd }) => total + microUsd!, 0),
    unknownParts: [...new Set(parts.flatMap(({ unknownParts }) => unknownParts))],
    isAbout: parts.some(({ isAbout }) => isAbout),
  };
}

/** Multiplies a price by a quantity, rounded to the micro-dollar. */
export function times(price: Money, quantity: number): Money {
  return { ...price, microUsd: price.microUsd === null ? null : Math.round(price.microUsd * quantity) };
}

/** Converts to dollars, as in the API's answers. */
export function toUsd({ microUsd }: Money): number | null {
  return microUsd === null ? null : microUsd / MICRO;
}

/** Returns true when no part was left out. */
export function isComplete({ unknownParts }: Money): boolean {
  return unknownParts.length === 0;
}
