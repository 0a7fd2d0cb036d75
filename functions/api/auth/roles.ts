import type { Action } from '../../domain/lifecycle.ts';
import { AppError } from '../../domain/errors.ts';

/** What somebody may do, weakest first; who may more may also do all that comes before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What is offered with a destination, and who may do it; the same roles as the routes behind it have. */
export const ACTION_ROLES: Record<Action, Role> = {
  start: 'operator',
  stop: 'operator',
  restart: 'operator',
  edit: 'admin',
  delete: 'admin',
};

/** True when who holds one role may do what another is needed for. */
function isEnough(held: Role | null, needed: Role): boolean {
  return held !== null && ROLES.indexOf(held) >= ROLES.indexOf(needed);
}

/** The strongest role among names, of which others may be anything; null when none is a role. */
export function strongestRole(names: readonly unknown[]): Role | null {
  return ROLES.findLast((role) => names.includes(role)) ?? null;
}

/** Why an action is refused to a role; null when it is not. */
export function refusalFor(held: Role | null, action: Action): string | null {
  const needed = ACTION_ROLES[action];
  return isEnough(held, needed) ? null : `requires the role ${needed}; you are ${article(held)}`;
}

/** @throws {AppError} `forbidden`, saying which role is needed and who gives it */
export function requireRole(held: Role | null, needed: Role): void {
  if (isEnough(held, needed)) return;
  throw new AppError('forbidden', {
    detail: `this requires the role ${needed}; you are ${article(held)}`,
    remedy: `ask an administrator to add you to the user pool’s group ${needed} (scripts need the scope sluice/${needed}), then sign in again`,
  });
}

function article(role: Role | null): string {
  if (role === null) return 'signed in without a role';
  return role === 'viewer' ? 'a viewer' : `an ${role}`;
}
