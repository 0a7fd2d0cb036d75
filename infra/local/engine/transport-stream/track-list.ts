/** Lists the audio streams of a program. Their channels are in their first frame, so each is read until it has shown one. */
import { isDeepStrictEqual } from 'node:util';
import { splitAdts } from './aac.ts';
import { TYPE_AAC } from './audio-reader.ts';
import type { PacketHeader } from './packet.ts';
import { createPesAssembler, type PesAssembler } from './pes-assembler.ts';
import type { ElementaryStream, StreamDescription } from './program-tables.ts';
import { languagesOf } from './sound-selection.ts';

export interface AudioTrack extends StreamDescription {
  /** Three lower-case letters; null when the table states none. */
  language: string | null;
  /** AAC only; null until the first frame. */
  sampleRateHz: number | null;
  channels: number | null;
}

export interface TrackList {
  /** Takes the streams of a table, in its order. */
  name(streams: ElementaryStream[]): void;
  /** Takes a packet of any stream. */
  push(header: PacketHeader, offset: number): void;
  list(): AudioTrack[];
}

/** Creates the list of a connection without tables. */
export function createTrackList(): TrackList {
  let tracks: AudioTrack[] = [];
  let unread = new Map<number, PesAssembler>();

  function readerOf(track: AudioTrack): PesAssembler {
    return createPesAssembler({
      onPes({ data }) {
        const frame = splitAdts(data).frames[0];
        if (!frame) return;
        Object.assign(track, { sampleRateHz: frame.sampleRateHz, channels: frame.channels });
        unread.delete(track.pid);
      },
      onGap() {},
    });
  }

  return {
    name(streams) {
      const named = streams.map(({ pid, streamType, descriptors }) => {
        const same = tracks.find((track) => track.pid === pid && track.streamType === streamType);
        const { sampleRateHz = null, channels = null } = same ?? {};
        return { pid, streamType, language: languagesOf({ descriptors })[0] ?? null, sampleRateHz, channels };
      });
      // Tables are repeated; a reader that has begun a frame must stay.
      if (isDeepStrictEqual(named, tracks)) return;
      tracks = named;
      const isUnread = ({ streamType, channels }: AudioTrack) => streamType === TYPE_AAC && channels === null;
      unread = new Map(tracks.filter(isUnread).map((track) => [track.pid, readerOf(track)]));
    },
    push(header, offset) {
      if (unread.size > 0) unread.get(header.pid)?.push(header, offset);
    },
    list: () => tracks,
  };
}
