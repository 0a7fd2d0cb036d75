/** The checks of a proof in running order. The last one runs a day later, with `--costs`. */
export const CHECK_IDS = [
  'deployed',
  'forwarded-host',
  'inputs',
  'package-channel',
  'input-quota',
  'flow-restart',
  'source-metadata',
  'flow-outputs',
  'rtmp-channel',
  'cloudtrail',
  'costs',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

export interface Assumption {
  assumption: string;
  /** Where the assumption comes from; `unproven` if no public source confirms it. */
  source: string;
  /** Where the product depends on it, from the root of the repository. */
  dependsOn: string;
  /** The check that decides it. Null if no check can; `change` then says what will. */
  decidedBy: CheckId | null;
  /** What to change if it does not hold. */
  change: string;
}
