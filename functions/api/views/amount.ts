import { isComplete, toUsd, type Money } from '../../domain/money.ts';
import type { Amount } from '../schemas/costs.ts';

/** Converts a price per hour to its form in the API. */
export function toAmount(money: Money): Amount {
  return {
    perHour: toUsd(money),
    isComplete: isComplete(money),
    isAbout: money.isAbout,
    unknownParts: [...money.unknownParts],
  };
}
