/**
 * Encodes slates, each once per image and shape of the pictures: all channels of a shape repeat the same bytes, so a slate
 * costs less than a copy. The encoder has the lowest priority, because the last picture is repeated until it is ready.
 */
import type { Clock } from '../../host/clock.ts';
import type { SlateImage } from '../contract.ts';
import type { EngineLogger } from '../engine-logger.ts';
import { createFlvReader, type FlvTag } from '../flv-reader.ts';
import { startMediaChild, yieldToMedia, type MediaChild, type MediaLauncher } from '../media-child.ts';
import { parseSequenceParameters, readAvcConfiguration } from '../transport-stream/h264.ts';
import { buildLoopArguments, type LoopShape, type PictureLoop } from './picture-loop.ts';

export interface SlateStudio {
  /** Returns the loop of an image; null while it is being encoded, and for a while after that failed. */
  loop(image: SlateImage, shape: LoopShape): PictureLoop | null;
  close(): Promise<void>;
}

const ENCODE_MS_MAX = 20_000;
const RETRY_AFTER_MS = 10_000;
/** More images than this are on air at once only when every destination has its own. */
const LOOPS_MAX = 32;
const AVC_HEADER_BYTES = 5;

/** Creates a studio without loops. */
export function createSlateStudio(options: {
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  /** A loop is ready. */
  onReady(): void;
}): SlateStudio {
  const { clock, launcher, logger } = options;
  const loops = new Map<string, PictureLoop | null>();
  const running = new Set<MediaChild>();
  let closed = false;

  function encode(key: string, image: SlateImage, shape: LoopShape): void {
    const tags: FlvTag[] = [];
    const child = startMediaChild({
      launcher,
      arguments: buildLoopArguments(image, shape),
      onData: createFlvReader((tag) => tags.push(tag)),
      onExit({ code }) {
        cancelLimit();
        running.delete(child);
        const loop = code === 0 ? toLoop(tags, shape) : null;
        if (loop) {
          loops.set(key, loop);
          return options.onReady();
        }
        if (closed) return;
        logger.warn('failed to encode a slate', { code, output: child.errorOutput().slice(-300) });
        clock.after(RETRY_AFTER_MS, () => loops.delete(key));
      },
    });
    const cancelLimit = clock.after(ENCODE_MS_MAX, () => void child.end());
    running.add(child);
    yieldToMedia(child);
    child.stdin.end();
  }

  return {
    loop(image, shape) {
      const key = JSON.stringify([image, shape]);
      const known = loops.get(key);
      if (known !== undefined || closed) return known ?? null;
      if (loops.size >= LOOPS_MAX) loops.delete(loops.keys().next().value!);
      loops.set(key, null);
      encode(key, image, shape);
      return null;
    },
    async close() {
      closed = true;
      await Promise.all([...running].map((child) => child.end()));
    },
  };
}

function toLoop(tags: FlvTag[], { framesPerSecond }: LoopShape): PictureLoop | null {
  const header = tags.find(({ kind, body }) => kind === 'video' && body[1] === 0)?.body.subarray(AVC_HEADER_BYTES);
  const pictures = tags
    .filter(({ kind, body }) => kind === 'video' && body[1] === 1)
    .map(({ body }) => ({ flvBody: body, keyframe: body[0]! >> 4 === 1 }));
  if (!header || !pictures[0]?.keyframe) return null;
  const { width, height } = parseSequenceParameters(readAvcConfiguration(header).sps[0]!);
  const video = { avcConfiguration: header, width, height, framesPerSecond };
  return { video, pictures, stepMs: 1000 / framesPerSecond };
}
