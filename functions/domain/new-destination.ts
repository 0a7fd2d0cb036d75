import type { Destination } from './destination.ts';

/** The fields chosen at creation. All others are the same for every new record. */
export type Chosen = Pick<Destination, 'destinationId' | 'name' | 'platform' | 'rtmpUrl' | 'preset' | 'standby'> &
  Partial<Destination>;

/** Creates a record at rest that holds nothing and has no history. */
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
