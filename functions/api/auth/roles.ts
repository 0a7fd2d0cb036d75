import type { Action } from '../../domain/lifecycle.ts';
import { AppError } from '../../domain/errors.ts';
import type { Principal } from './principal.ts';

/** Roles, weakest first. Each role includes the permissions of the roles before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Required role of each action on a destination, the same as that of its route. */
export const ACTION_ROLES: Record<Action, Role> = {
  start: 'operator',
  stop: 'operator',
  restart: 'operator',
  edit: 'admin',
  delete: 'admin',
};

/** Returns true when the held role includes the needed one. */
function isEnough(held: Role | null, needed: Role): boolean {
  return held !== null && ROLES.indexOf(held) >= ROLES.indexOf(needed);
}

/** Returns the strongest role among the names, or null when none is a role. */
export function strongestRole(names: readonly unknown[]): Role | null {
  return ROLES.findLast((role) => names.includes(role)) ?? null;
}

/** Returns why a role may not do an action; null when it may. */
export function refusalFor(held: Role | null, action: Action): string | null {
  const needed = ACTION_ROLES[action];
  return isEnough(held, needed) ? null : `requires the role ${needed}; you are ${article(held)}`;
}

/** @throws {AppError} `forbidden`, saying which role is needed and who gives it */
export function requireRole({ role, roleFrom }: Pick<Principal, 'role' | 'roleFrom'>, needed: Role): void {
  if (isEnough(role, needed)) return;
  throw new AppError('forbidden', {
    detail: `this requires the role ${needed}; you are ${article(role)}`,
    remedy: REMEDIES[roleFrom ?? 'user pool'](needed),
  });
}

/** Returns the scope of the user pool's resource server that gives a script a role. */
export const scopeOf = (role: Role): string => `sluice/${role}`;

/** The role of a token or of an invited person cannot be changed. */
const REMEDIES: Record<NonNullable<Principal['roleFrom']> | 'user pool', (needed: Role) => string> = {
  token: (needed) => `ask an administrator to create another access token with the role ${needed}, and use that`,
  invitation: (needed) => `ask an administrator to invite you again with the role ${needed}`,
  'user pool': (needed) =>
    `ask an administrator to add you to the user pool’s group ${needed} (scripts need the scope ${scopeOf(needed)}), then sign in again`,
};

/** The refusal of a trigger token anywhere but at what it names. */
export function notTriggered(): AppError {
  return new AppError('forbidden', {
    detail: 'this trigger token only starts and stops the destinations and shows that it names',
    remedy:
      'use the address of one of them, without parameters, or ask an administrator for an access token with another role',
  });
}

function article(role: Role | null): string {
  if (role === null) return 'signed in without a role';
  return role === 'viewer' ? 'a viewer' : `an ${role}`;
}
