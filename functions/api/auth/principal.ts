import type { TriggerScope } from '../../domain/access-token.ts';
import type { Role } from './roles.ts';

/**
 * The caller and the proof of identity. Only cookies need the origin check, because browsers send them automatically.
 */
export interface Principal {
  /** Shown in the timeline: an e-mail address, a script’s client or the name of an access token. */
  id: string;
  via: 'bearer' | 'cookie';
  /** Null: authenticated but without permissions, except for `triggers`. */
  role: Role | null;
  /** What a trigger token may start and stop. Absent for every other caller. */
  triggers?: TriggerScope;
  /** What gave the role, when it was an admin of Sluice: an access token, or the invitation of a person. */
  roleFrom?: 'token' | 'invitation';
  /** Whose requests are counted together by the rate limit. Default: `id`. Null: no limit. */
  countedAs?: string | null;
}
