import type { Destination } from './destination.ts';
import { AppError } from './errors.ts';
import type { Decision } from './lifecycle.ts';
import { decideStop } from './requests.ts';
import type { Show } from './show.ts';

/**
 * Which show has a destination on air, when one show follows another. The destination's record says so: `desiredBy` names
 * the show that started it, adopted it, or was handed it. Each change of it is one conditional write, so of two shows that
 * act at once one comes first, and the other sees it. A show stops only what it has seen to be its own to stop, and after
 * it has left a destination to another show it looks once more before it ends. Pure.
 */

/** A show, as the record of a destination names it. */
export interface ShowName {
  showId: string;
  title: string;
}

/** Another running show that has a destination as well. */
interface Claim extends ShowName {
  /** True when it does not get on air there, so it is not handed the destination. */
  hasProblem: boolean;
}

/** Claims of other shows by destination. */
export type Claims = ReadonlyMap<string, readonly Claim[]>;

/** Returns who requests what a show does by itself, for the record and the timeline of its destinations. */
export function showActorOf({ showId, title }: ShowName, rule: string): string {
  return `show "${title}" (${showId}): ${rule}`;
}

const ACTOR = /^show "(.*)" \((shw_\w+)\): (.+)$/s;
const START_RULE = 'start';

/** Returns the show that has a destination on air; null when a person started it or it is not to be on air. */
export function starterOf({ desired, desiredBy }: Pick<Destination, 'desired' | 'desiredBy'>): ShowName | null {
  const [, title, showId, rule] = ACTOR.exec(desiredBy ?? '') ?? [];
  return desired === 'running' && showId !== undefined && rule === START_RULE ? { showId, title: title! } : null;
}

/** Returns true when the destination was stopped by a rule of another show. */
export function isStoppedByOther({ desired, desiredBy }: Destination, showId: string): boolean {
  const [, , stopper, rule] = ACTOR.exec(desiredBy ?? '') ?? [];
  return desired === 'idle' && stopper !== undefined && stopper !== showId && rule !== START_RULE;
}

/** Returns the record of a destination that a show has from now on. A repetition changes nothing. */
export function withStarter(record: Destination, show: ShowName, now: Date): Destination {
  if (record.desired !== 'running' || starterOf(record)?.showId === show.showId) return record;
  return { ...record, desiredBy: showActorOf(show, START_RULE), desiredAt: now.toISOString() };
}

/** Returns the claims of all other shows that run. */
export function claimsOf({ showId }: Pick<Show, 'showId'>, shows: readonly Show[]): Claims {
  const claims = new Map<string, Claim[]>();
  for (const show of shows) {
    if (show.showId === showId || (show.state !== 'starting' && show.state !== 'live')) continue;
    for (const { destinationId, startRequestedAt, isStopConfirmed, problem } of show.destinations) {
      if (startRequestedAt === null || isStopConfirmed) continue;
      const claim = { showId: show.showId, title: show.title, hasProblem: problem !== null };
      claims.set(destinationId, [...(claims.get(destinationId) ?? []), claim]);
    }
  }
  return claims;
}

/** What a show that stops does with a destination. `leave`: another show has it. `hand-over`: another show gets it. */
export type Parting = { kind: 'stop' } | { kind: 'leave'; to: ShowName } | { kind: 'hand-over'; to: ShowName };

/** @param known read before the claims were */
export function partingOf(known: Pick<Destination, 'desired' | 'desiredBy'>, claims: readonly Claim[] = []): Parting {
  const starter = starterOf(known);
  const holder = claims.find(({ showId }) => showId === starter?.showId);
  if (holder) return { kind: 'leave', to: holder };
  const heir = known.desired === 'running' ? claims.find(({ hasProblem }) => !hasProblem) : undefined;
  return heir ? { kind: 'hand-over', to: heir } : { kind: 'stop' };
}

interface ShowStop {
  showId: string;
  /** The destination's `desiredAt` when the run sheet decided. */
  seenDesiredAt: string | null;
  /** The show that gets the destination instead; null to stop it. */
  to: ShowName | null;
  now: Date;
}

/**
 * Requests what a show has decided to do with a destination at its end.
 * @throws {AppError} `concurrent_change` when another show has taken it since, so the run sheet has to decide again
 */
export function decideShowStop(record: Destination, { showId, seenDesiredAt, to, now }: ShowStop): Decision {
  const starter = starterOf(record);
  const isTaken = starter !== null && starter.showId !== showId && (record.desiredAt ?? null) !== seenDesiredAt;
  if (isTaken) {
    throw new AppError('concurrent_change', {
      detail: `the show "${starter.title}" has just taken ${record.destinationId}`,
      remedy: 'decide again',
      retryAfterSeconds: 1,
    });
  }
  if (to === null) return decideStop(record);
  return { record: withStarter(record, to, now), begins: null };
}
