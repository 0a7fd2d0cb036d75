import { isComplete, toUsd, type Money } from '../../domain/money.ts';
import type { Amount } from '../schemas/costs.ts';

/** A price per hour as answers give it. */
export function toAmount(money: Money): Amount {
  return {
    perHour: toUsd(money),
    isComplete: isComplete(money),
    isAbout: money.isAbout,
    unknownParts: [...money.unknownParts],
  };
}
