/**
 * Renders a picture of the source on demand: one short-lived ffmpeg decodes only the newest keyframe. Simultaneous
 * requests share the picture, and it is kept for five seconds. Without requests there is no cost; frequent requests
 * cost one picture every five seconds, at the lowest priority.
 */
import type { ColourNumbers } from '../../../functions/domain/picture-colour.ts';
import type { Clock } from '../host/clock.ts';
import { buildColourFilters } from './colour-arguments.ts';
import type { SourcePicture } from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';
import { startMediaChild, yieldToMedia, type MediaChild, type MediaLauncher } from './media-child.ts';

const KEPT_MS = 5_000;
/** Decoding a 2160p keyframe needs well under a second, even on a busy machine. */
const DECODE_MS_MAX = 5_000;
const WIDTH_MAX = 640;
const JPEG_BYTES_MAX = 2 * 1024 * 1024;
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);

/** Builds arguments that turn a transport stream on standard input into a JPEG of its first keyframe on standard output. */
function buildKeyframeArguments(colour: ColourNumbers | undefined): string[] {
  // Never enlarged, and with the even height the encoder requires.
  const filters = [`scale=min(${WIDTH_MAX}\\,iw):-2`, ...buildColourFilters(colour)];
  return [
    ['-hide_banner', '-loglevel', 'error', '-threads', '1', '-skip_frame', 'nokey'],
    ['-f', 'mpegts', '-i', 'pipe:0', '-map', '0:v:0', '-frames:v', '1'],
    ['-vf', filters.join(','), '-threads', '1', '-c:v', 'mjpeg', '-q:v', '5'],
    ['-f', 'image2pipe', 'pipe:1'],
  ].flat();
}

export interface SourcePictureMaker {
  /** Returns the newest picture, at most five seconds old; null when none is available. */
  take(): Promise<SourcePicture | null>;
  /** Drops the picture after the loss of the source, including one being rendered. */
  forget(): void;
  close(): Promise<void>;
}

/**
 * @param options.newestKeyframe transport packets that begin with tables and the newest keyframe; null without one
 * @param options.colour that of the source, because a JPEG of HDR would be grey; undefined while it is unknown
 */
export function createSourcePictureMaker(options: {
  newestKeyframe(): Buffer | null;
  colour?(): ColourNumbers | undefined;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
}): SourcePictureMaker {
  const { clock } = options;
  let kept: { picture: SourcePicture; untilMs: number } | null = null;
  let making: { child: MediaChild; picture: Promise<SourcePicture | null> } | null = null;
  /** Includes those whose picture is no longer needed. */
  const running = new Set<MediaChild>();
  let closed = false;

  function make(keyframe: Buffer): Promise<SourcePicture | null> {
    const takenAtMs = clock.now();
    const { child, jpeg } = decode(keyframe);
    const picture = jpeg.then((bytes) => {
      const isForgotten = making?.child !== child;
      if (!isForgotten) making = null;
      if (!bytes || isForgotten) return null;
      const made = { jpeg: bytes, takenAtMs };
      kept = { picture: made, untilMs: clock.now() + KEPT_MS };
      return made;
    });
    making = { child, picture };
    return picture;
  }

  function decode(keyframe: Buffer): { child: MediaChild; jpeg: Promise<Buffer | null> } {
    const done = Promise.withResolvers<Buffer | null>();
    const chunks: Buffer[] = [];
    const child = startMediaChild({
      launcher: options.launcher,
      arguments: buildKeyframeArguments(options.colour?.()),
      onData: (chunk) => chunks.push(chunk),
      onExit({ code }) {
        cancelLimit();
        running.delete(child);
        const bytes = Buffer.concat(chunks);
        const isPicture = code === 0 && bytes.subarray(0, 3).equals(JPEG_START) && bytes.length <= JPEG_BYTES_MAX;
        if (code !== 0 && code !== null) options.logger.warn('failed to render a picture of the source', { code });
        done.resolve(isPicture ? bytes : null);
      },
    });
    const cancelLimit = clock.after(DECODE_MS_MAX, () => void child.end());
    running.add(child);
    yieldToMedia(child);
    child.stdin.end(keyframe);
    return { child, jpeg: done.promise };
  }

  function forget(): void {
    kept = null;
    const { child } = making ?? {};
    making = null;
    void child?.end();
  }

  return {
    async take() {
      if (closed) return null;
      if (kept && clock.now() < kept.untilMs) return kept.picture;
      if (making) return making.picture;
      const keyframe = options.newestKeyframe();
      return keyframe ? make(keyframe) : null;
    },
    forget,
    async close() {
      closed = true;
      forget();
      await Promise.all([...running].map((child) => child.end()));
    },
  };
}
