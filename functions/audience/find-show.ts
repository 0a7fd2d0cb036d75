import { getRecording } from '../aws/recording-table.ts';
import type { AudienceContext, AudienceDeps } from './audience-deps.ts';
import type { AudienceParts } from './audience-parts.ts';
import type { FoundShow } from './visible-shows.ts';

/** A show that a request may see, with the link that admitted it. */
export interface RequestedShow extends FoundShow {
  linkDigest: string | null;
}

/** Finds the show of a request. @param slug the last part of its address, or its id alone */
export async function findShow(
  { shows, access }: AudienceParts,
  context: AudienceContext,
  slug: string,
): Promise<RequestedShow | null> {
  let linkDigest: string | null = null;
  const found = await shows.find(slug, async (showId) => {
    linkDigest = await access.digestOf(context, showId);
    return linkDigest !== null;
  });
  return found && { ...found, linkDigest };
}

/** Whether a past show can be watched: `preparing` while its recording is copied. */
export type RecordingState = 'none' | 'preparing' | 'ready';

/** Returns the state of a show's recording, and its id when it may be watched now. */
export async function recordingOf(
  { deps }: AudienceParts,
  { audience, record }: FoundShow,
): Promise<{ state: RecordingState; recordingId: string | null }> {
  const recordingId = record.recording?.recordingId ?? null;
  if (audience.phase !== 'after' || recordingId === null) return { state: 'none', recordingId: null };
  const recording = await getRecording(deps, recordingId);
  if (recording?.state === 'ready') return { state: 'ready', recordingId };
  const isComing = recording?.state === 'recording' || recording?.state === 'finishing';
  return { state: isComing ? 'preparing' : 'none', recordingId: null };
}

/** Returns the cache policy of an answer about a show. Every watcher of a public one may get the same answer. */
export function cachePolicyOf({ audience }: FoundShow, seconds: number): string {
  return audience.privacy === 'private' ? 'private, no-store' : `public, max-age=${seconds}`;
}

/** Returns where watchers reach the pages: scheme, host and port. */
export function originOf({ req }: AudienceContext, { https, origin }: Pick<AudienceDeps, 'https' | 'origin'>): string {
  return origin ?? `${https ? 'https' : 'http'}://${new URL(req.url).host}`;
}
