import { stat } from 'node:fs/promises';
import { dirname } from 'node:path/posix';
import { keptFolder, listKept, type KeptRendition } from '../../engine/recording/kept-segments.ts';
import {
  buildRecordingIndex,
  buildRecordingPlaylist,
  type RecordedSegment,
} from '../../engine/recording/recording-playlist.ts';
import { HarvestFailure, type Harvester } from '../media/harvester.ts';
import type { ObjectStore } from '../s3/object-store.ts';

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const SEGMENT_TYPE = 'video/mp2t';

/**
 * Creates the harvester of one machine. It stores the segments that the engine kept as objects, without a second copy on
 * the disk, and writes their playlists last, so that a folder with a playlist is complete.
 * @param options.directory where the engine keeps segments
 */
export function createHarvester({ directory, objects }: { directory: string; objects: ObjectStore }): Harvester {
  return {
    async harvest({ packageChannelId, startMs, endMs, bucket, manifestKey }) {
      if (!objects.hasBucket(bucket)) throw new HarvestFailure(`there is no bucket ${bucket}`);
      const kept = await listKept(keptFolder(directory, packageChannelId), { startMs, endMs });
      if (kept.length === 0) throw new HarvestFailure('no media is available in the window');
      const folder = dirname(manifestKey);
      const store = (file: string) => `${folder === '.' ? '' : `${folder}/`}${file}`;
      const renditions = [];
      for (const rendition of kept) {
        const segments = await storeSegments(rendition, (file, path) =>
          objects.putFile(bucket, store(file), path, attributesOf(SEGMENT_TYPE)),
        );
        renditions.push({ playlist: `${rendition.name}.m3u8`, segments });
      }
      const put = (key: string, text: string) =>
        objects.put(bucket, key, Buffer.from(text), attributesOf(PLAYLIST_TYPE));
      for (const { playlist, segments } of renditions) put(store(playlist), buildRecordingPlaylist(segments));
      put(manifestKey, buildRecordingIndex(renditions));
    },
  };
}

async function storeSegments(
  { name, segments }: KeptRendition,
  put: (file: string, path: string) => Promise<void>,
): Promise<RecordedSegment[]> {
  const stored: RecordedSegment[] = [];
  for (const [index, { path, ...segment }] of segments.entries()) {
    const file = `${name}_${index}.ts`;
    await put(file, path);
    stored.push({ ...segment, file, bytes: (await stat(path)).size });
  }
  return stored;
}

const attributesOf = (type: string) => ({ headers: { 'content-type': type }, metadata: {}, checksum: null });
