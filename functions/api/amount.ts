import { isComplete, toUsd, type Money } from '../domain/money.ts';
import type { Amount } from './cost-schemas.ts';

/** A price per hour as answers give it. */
export function toAmount(money: Money): Amount {
  return {
    perHour: toUsd(money),
    isComplete: isComplete(money),
    isAbout: money.isAbout,
    unknownParts: [...money.unknownParts],
  };
}
