import { DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { AwsDeps } from './clients.ts';

/**
 * The media of recordings in S3: `recordings/<recordingId>/index.m3u8` and, below it, what the harvest job wrote.
 * Nothing outside a recording's own folder is ever read or deleted.
 */

const PREFIX = 'recordings/';
const MANIFEST = 'index.m3u8';

type Deps = AwsDeps<'s3', 'recordingBucket'>;

export interface MediaFile {
  contentType: string;
  sizeBytes: number;
  body: ReadableStream<Uint8Array>;
}

const folderOf = (recordingId: string) => `${PREFIX}${recordingId}/`;

/** Returns the key under which a harvest job stores the multivariant playlist. */
export function manifestKeyOf(recordingId: string): string {
  return folderOf(recordingId) + MANIFEST;
}

/** Returns where a recording's files are, as AWS's tools name it. */
export function folderUriOf({ recordingBucket }: Deps['deployment'], recordingId: string): string {
  return `s3://${recordingBucket}/${folderOf(recordingId)}`;
}

/**
 * Opens a file of a recording. Returns null when it does not exist.
 * @param path below the recording's folder; the caller has checked it
 */
export async function openMediaFile(
  { clients, deployment }: Deps,
  recordingId: string,
  path: string,
): Promise<MediaFile | null> {
  try {
    const { Body: body, ContentLength: sizeBytes = 0 } = await clients.s3.send(
      new GetObjectCommand({ Bucket: deployment.recordingBucket, Key: folderOf(recordingId) + path }),
    );
    if (!body) return null;
    const contentType = path.endsWith('.m3u8') ? 'application/vnd.apple.mpegurl' : 'video/mp2t';
    return { contentType, sizeBytes, body: body.transformToWebStream() };
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return null;
    throw error;
  }
}

/** Returns the size of all files of a recording in bytes. */
export async function measureMedia(deps: Deps, recordingId: string): Promise<number> {
  let bytes = 0;
  let token: string | undefined;
  do {
    const page = await listPage(deps, recordingId, token);
    for (const { Size: size = 0 } of page.Contents ?? []) bytes += size;
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return bytes;
}

/** Deletes up to a thousand files of a recording. @returns false while files are left */
export async function deleteMedia(deps: Deps, recordingId: string): Promise<boolean> {
  const { clients, deployment } = deps;
  const page = await listPage(deps, recordingId, undefined);
  const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key?.startsWith(folderOf(recordingId)) ? [{ Key }] : []));
  if (keys.length === 0) return true;
  await clients.s3.send(
    new DeleteObjectsCommand({ Bucket: deployment.recordingBucket, Delete: { Objects: keys, Quiet: true } }),
  );
  return page.NextContinuationToken === undefined;
}

/**
 * Returns how long a recording lasts, in seconds: the segments of its first rendition. Null when its playlists cannot be
 * read.
 */
export async function measureDuration(deps: Deps, recordingId: string): Promise<number | null> {
  const { text } = await readFirstPlaylist(deps, recordingId);
  const durations = [...text.matchAll(/^#EXTINF:([\d.]+)/gm)].map(([, seconds]) => Number(seconds));
  return durations.length === 0 ? null : durations.reduce((sum, seconds) => sum + seconds, 0);
}

/** Lists the paths of the segments of a recording's first rendition, in order. */
export async function listSegments(deps: Deps, recordingId: string): Promise<string[]> {
  const { text, folder } = await readFirstPlaylist(deps, recordingId);
  return urisOf(text).map((uri) => folder + uri);
}

/** Reads the playlist of the first rendition, the one to prefer. The text is empty without one. */
async function readFirstPlaylist(deps: Deps, recordingId: string): Promise<{ text: string; folder: string }> {
  const [first] = urisOf((await readText(deps, recordingId, MANIFEST)) ?? '');
  if (first === undefined) return { text: '', folder: '' };
  const text = (await readText(deps, recordingId, first)) ?? '';
  return { text, folder: first.slice(0, first.lastIndexOf('/') + 1) };
}

function urisOf(playlist: string): string[] {
  return playlist.split('\n').flatMap((line) => (/^[^#\s]/.test(line) ? line.trim() : []));
}

async function readText(deps: Deps, recordingId: string, path: string): Promise<string | null> {
  const file = await openMediaFile(deps, recordingId, path);
  if (file === null) return null;
  const body = await new Response(file.body).arrayBuffer();
  // Half a playlist looks like a shorter recording, or like none.
  if (body.byteLength !== file.sizeBytes) throw Object.assign(new Error(`${path} was cut off`), { name: 'BodyCutOff' });
  return new TextDecoder().decode(body);
}

function listPage({ clients, deployment }: Deps, recordingId: string, token: string | undefined) {
  return clients.s3.send(
    new ListObjectsV2Command({
      Bucket: deployment.recordingBucket,
      Prefix: folderOf(recordingId),
      ContinuationToken: token,
    }),
  );
}
