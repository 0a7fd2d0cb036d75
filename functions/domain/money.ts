/**
 * Amounts in whole micro-dollars, so that sums of days equal the sum of the whole. A part without a confirmed price is
 * left out of the sum and named; nothing is guessed and nothing unknown counts as zero.
 */

const MICRO = 1_000_000;

/** A price per hour, or an amount. */
export interface Money {
  /** Whole micro-dollars of the parts with a known price; null when no part has one. */
  microUsd: number | null;
  /** The parts that are left out, by name. */
  unknownParts: readonly string[];
  /** True when traffic is in it: the bytes are estimated from a bitrate. */
  isAbout: boolean;
}

export const NOTHING: Money = { microUsd: 0, unknownParts: [], isAbout: false };

/** A known amount. @param usd dollars */
export function known(usd: number, isAbout = false): Money {
  return { microUsd: Math.round(usd * MICRO), unknownParts: [], isAbout };
}

/** An amount nobody can name. */
export function unknown(part: string): Money {
  return { microUsd: null, unknownParts: [part], isAbout: false };
}

/** Adds up. Null only when there is something to add and nothing of it is known. */
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

/** A price times a quantity, rounded to the micro-dollar. */
export function times(price: Money, quantity: number): Money {
  return { ...price, microUsd: price.microUsd === null ? null : Math.round(price.microUsd * quantity) };
}

/** In dollars, as answers give it. */
export function toUsd({ microUsd }: Money): number | null {
  return microUsd === null ? null : microUsd / MICRO;
}

/** True when nothing is left out. */
export function isComplete({ unknownParts }: Money): boolean {
  return unknownParts.length === 0;
}
