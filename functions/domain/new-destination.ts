import type { Destination } from './destination.ts';

/** What is chosen when a destination is made; all the rest of a new record is the same for everybody. */
export type Chosen = Pick<Destination, 'destinationId' | 'name' | 'platform' | 'rtmpUrl' | 'preset' | 'standby'> &
  Partial<Destination>;

/** A destination at rest that holds nothing and that nothing has happened to yet. */
export function newDestination(chosen: Chosen, now: Date): Destination {
  const at = now.toISOString();
  return {
    group: null,
    streamKeyCiphertext: null,
    streamKeyLast4: null,
    streamKeyFingerprint: null,
    desired: 'idle',
    status: 'idle',
    generation: 0,
    revision: 1,
    writeCount: 1,
    operation: null,
    held: {},
    restartRequested: false,
    lastError: null,
    observation: null,
    runningSince: null,
    createdAt: at,
    lastModified: at,
    ...chosen,
  };
}
