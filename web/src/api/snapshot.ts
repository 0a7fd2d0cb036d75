import { ApiProblem, unreachable } from '../../../functions/api/api-problem.ts';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { Snapshot, SnapshotPart } from '../../../functions/api/schemas/snapshot.ts';
import { appendBitrates, type BitrateHistory } from './bitrate-history.ts';
import { api } from './client.ts';
import { namesOf } from './names-of.ts';
import { noteActivity, snapshotPollMs } from './pace.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { settledWrites } from './writes.ts';

/**
 * The one poll of the dashboard. Each part keeps its own query with its own hook, error and age; whichever part is due
 * first reads the snapshot for all of them. So a part that fails leaves the others alone, and a page that shows one part
 * costs the same as one that shows all.
 */

/** The query of each part. A new part needs a line here and a hook that calls `snapshotQuery`. */
const KEYS = {
  destinations: queryKeys.destinations,
  source: queryKeys.flow,
  primary: queryKeys.primary,
  incidents: queryKeys.incidents,
  groupStarts: queryKeys.groupStarts,
  orphans: queryKeys.orphans,
  costs: queryKeys.costs,
  ceilings: queryKeys.ceilings,
  noSourceLimit: queryKeys.noSourceLimit,
  presence: queryKeys.presence,
  rehearsal: queryKeys.rehearsal,
  service: queryKeys.service,
} satisfies { [Part in SnapshotPart]: readonly string[] };

/** What a part that could be read is. Only the drills may be absent: there are none on AWS. */
type Readable<Part extends SnapshotPart> = Part extends 'rehearsal' ? Snapshot[Part] : NonNullable<Snapshot[Part]>;

function isReadable<Part extends SnapshotPart>(part: Part, value: Snapshot[Part]): value is Readable<Part> {
  return value !== null || part === 'rehearsal';
}

interface SnapshotQuery<Value> {
  queryKey: readonly string[];
  queryFn: () => Promise<Value>;
  refetchInterval: () => number;
  staleTime: () => number;
}

interface Read {
  snapshot: Snapshot;
  etag: string | null;
  atMs: number;
  /** The writes before it was sent; null when one was under way. */
  writes: number | null;
}

/** How much of the interval an answer serves parts that become due a moment later. */
const SHARED_FOR = 0.9;

let newest: Read | null = null;
let reading: { read: Promise<Read>; writes: number | null } | null = null;

/**
 * Reads a part of the snapshot, with the parts that become due at the same time. An answer from before a write of this
 * page is never shared, so that an action's result is seen at once.
 * @throws {ApiProblem} why this part, or the whole snapshot, could not be read
 */
export async function readPart<Part extends SnapshotPart>(part: Part): Promise<Readable<Part>> {
  const { snapshot } = await readShared();
  const value = snapshot[part];
  const problem = snapshot.problems[part];
  if (problem || !isReadable(part, value)) throw new ApiProblem(problem ?? unreachable());
  return value;
}

/** Returns the query of a part: its key, function and interval, and how long a page that opens may show what is known. */
export function snapshotQuery<Part extends SnapshotPart>(part: Part): SnapshotQuery<Readable<Part>> {
  return {
    queryKey: KEYS[part],
    queryFn: () => readPart(part),
    refetchInterval: () => snapshotPollMs(),
    staleTime: () => SHARED_FOR * snapshotPollMs(),
  };
}

/** Forgets the newest snapshot, for tests. */
export function forgetSnapshot(): void {
  newest = null;
  reading = null;
}

function readShared(): Promise<Read> {
  const writes = settledWrites();
  if (writes !== null) {
    const isFresh = newest?.writes === writes && Date.now() - newest.atMs < SHARED_FOR * snapshotPollMs();
    if (newest && isFresh) return Promise.resolve(newest);
  }
  if (reading?.writes === writes) return reading.read;
  const mine = { read: readNow(writes), writes };
  reading = mine;
  const end = (): void => {
    if (reading === mine) reading = null;
  };
  mine.read.then(end, end);
  return mine.read;
}

async function readNow(writes: number | null): Promise<Read> {
  const known = newest;
  const answer = await api.snapshot.$get({}, { headers: known?.etag ? { 'if-none-match': known.etag } : {} });
  const snapshot = answer.status === 304 ? known?.snapshot : await answer.json();
  if (!snapshot) throw new ApiProblem(unreachable());
  const read = { snapshot, etag: answer.headers.get('etag'), atMs: Date.now(), writes };
  // What a write has changed since is newer than this answer.
  if (writes === null || writes !== settledWrites()) return read;
  newest = { ...read, snapshot: distribute(snapshot) };
  return newest;
}

/**
 * Passes the parts that could be read to their queries, so that all have the same age and are due together.
 * @returns the snapshot with the objects of the queries, which keep their identity where nothing has changed
 */
function distribute(snapshot: Snapshot): Snapshot {
  const shared = { ...snapshot };
  for (const part of namesOf(KEYS)) share(shared, part);
  if (snapshot.destinations) appendToHistory(snapshot.destinations);
  noteActivity();
  return shared;
}

function share<Part extends SnapshotPart>(snapshot: Snapshot, part: Part): void {
  if (snapshot.problems[part]) return;
  const kept = queryClient.setQueryData<Snapshot[Part]>(KEYS[part], snapshot[part]);
  if (kept !== undefined) snapshot[part] = kept;
}

function appendToHistory(destinations: DestinationResource[]): void {
  queryClient.setQueryData<BitrateHistory>(queryKeys.bitrates, (history) =>
    appendBitrates(history ?? new Map(), destinations),
  );
}
