import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../host/clock.ts';
import { createNewestTimes, type NewestTimes } from './newest-times.ts';
import type { AdtsFrame } from './transport-stream/aac.ts';
import { createAacReader, TYPE_AAC } from './transport-stream/audio-reader.ts';
import type { PesPacket, StreamDescription, StreamKind } from './transport-stream/demuxer.ts';
import {
  createVideoReader,
  type Picture,
  type PictureHeader,
  type VideoReader,
} from './transport-stream/video-reader.ts';

/** Reads pictures and sound of one transport stream, and keeps their newest times. */
export interface ElementaryReaders {
  /** Handles another stream of pictures or sound; null for none. */
  begin(kind: StreamKind, stream: StreamDescription | null | undefined): void;
  read(packet: PesPacket): void;
  hasPictures(): boolean;
  /** Returns the header of the newest keyframe of this stream; null while it is unknown. */
  header(): PictureHeader | null;
  /** Returns null before the first picture or sound. */
  newest(): NewestTimes | null;
  /** Handles the end of the connection. */
  restart(): void;
}

/** @param handlers.onSound receives AAC frames with their 33-bit times at 90 kHz */
export function createElementaryReaders(handlers: {
  clock: Clock;
  onPicture: (picture: Picture) => void;
  onSound?: (frame: AdtsFrame, ticks: number) => void;
  onHeader?: () => void;
}): ElementaryReaders {
  const newest = createNewestTimes(handlers.clock);
  let pictures: VideoReader | null = null;
  let header: PictureHeader | null = null;
  let readSound: ReturnType<typeof createAacReader> | null = null;

  function takeSound(frame: AdtsFrame, ticks: number): void {
    newest.sound(ticks);
    handlers.onSound?.(frame, ticks);
  }

  function takePicture(picture: Picture): void {
    const before = header;
    header = picture.header ?? header;
    newest.picture(picture);
    handlers.onPicture(picture);
    if (!isDeepStrictEqual(header, before)) handlers.onHeader?.();
  }

  return {
    begin(kind, stream) {
      if (kind === 'video') {
        pictures = stream ? createVideoReader(stream.streamType) : null;
        header = null;
      } else readSound = stream?.streamType === TYPE_AAC ? createAacReader(takeSound) : null;
    },
    read(packet) {
      if (packet.kind === 'audio') {
        newest.sound(packet.pts);
        readSound?.(packet);
        return;
      }
      for (const picture of pictures?.read(packet) ?? []) takePicture(picture);
    },
    hasPictures: () => pictures !== null,
    header: () => header,
    newest: newest.read,
    restart() {
      pictures = null;
      header = null;
      readSound = null;
      newest.restart();
    },
  };
}
