/** Who has the dashboard open, and what they edit. A warning for people, never a lock. */

/** What a person has open for editing. */
export type Edited = { kind: 'destination' | 'show'; id: string };

/** One open tab of the dashboard. */
export interface Presence {
  presenceId: string;
  /** Name of the signed-in user. */
  name: string;
  /** Path of the page, such as `/shows`. */
  page: string;
  editing: Edited | null;
}

/** Time between two heartbeats of a visible tab. */
export const HEARTBEAT_SECONDS = 20;

/** How long a tab counts as open after its last heartbeat: two heartbeats may be lost. */
export const PRESENT_SECONDS = 45;
