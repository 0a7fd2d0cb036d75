import type { EngineLogger } from './engine-logger.ts';
import { createLeadingPictures, type LeadingPictures } from './leading-pictures.ts';
import type { Frame, Program, ProgramFormat, ProgramSubscriber } from './program.ts';

/** A group of pictures larger than this is not kept for late joiners: they wait for the next keyframe. */
const CACHE_BYTES_MAX = 8 * 1024 * 1024;

export interface FrameHub {
  program: Program;
  /** The headers of the frames that follow. */
  setFormat(format: ProgramFormat): void;
  push(frame: Frame): void;
  sourceLost(): void;
  /** Returns the current format; null before the first. */
  format(): ProgramFormat | null;
  subscribers(): number;
}

interface Subscription {
  subscriber: ProgramSubscriber;
  /** The format delivered to it last. */
  deliveredFormat: ProgramFormat | null;
  waitsForKeyframe: boolean;
  leading: LeadingPictures;
}

/**
 * Distributes the frames of one producer to any number of subscribers; a new subscriber first gets the current group of
 * pictures. A subscriber that throws is logged and receives its next frame; the others are unaffected.
 */
export function createFrameHub(deps: { logger: EngineLogger; onSubscribers?: (count: number) => void }): FrameHub {
  const subscriptions = new Set<Subscription>();
  let format: ProgramFormat | null = null;
  let cache: Frame[] = [];
  let cacheBytes = 0;

  function guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      deps.logger.error('an output failed to accept a frame', {
        error: error instanceof Error ? error.message : 'unknown',
      });
    }
  }

  function deliver(subscription: Subscription, frame: Frame): void {
    if (!format) return;
    if (subscription.waitsForKeyframe && format.video && !(frame.kind === 'video' && frame.keyframe)) return;
    subscription.waitsForKeyframe = false;
    if (!subscription.leading.passes(frame)) return;
    tellFormat(subscription);
    subscription.subscriber.onFrame(frame);
  }

  function tellFormat(subscription: Subscription): void {
    if (!format || subscription.deliveredFormat === format) return;
    subscription.deliveredFormat = format;
    subscription.subscriber.onFormat(format);
  }

  function remember(frame: Frame): void {
    if (frame.kind === 'video' && frame.keyframe) {
      cache = [];
      cacheBytes = 0;
    } else if (cache.length === 0) return;
    cache.push(frame);
    cacheBytes += frame.flvBody.length;
    if (cacheBytes > CACHE_BYTES_MAX) cache = [];
  }

  return {
    program: {
      subscribe(subscriber) {
        const subscription: Subscription = {
          ...{ subscriber, deliveredFormat: null, waitsForKeyframe: true },
          leading: createLeadingPictures(),
        };
        const cached = cache;
        guarded(() => {
          if (cached.length > 0) tellFormat(subscription);
          for (const frame of cached) deliver(subscription, frame);
        });
        subscriptions.add(subscription);
        deps.onSubscribers?.(subscriptions.size);
        return () => {
          if (subscriptions.delete(subscription)) deps.onSubscribers?.(subscriptions.size);
        };
      },
    },
    setFormat(next) {
      // A change of the sound alone leaves the pictures of the group valid.
      const isSameVideo = format?.video === next.video && next.video !== null;
      format = next;
      cache = isSameVideo ? cache.filter((frame) => frame.kind === 'video') : [];
      cacheBytes = cache.reduce((sum, frame) => sum + frame.flvBody.length, 0);
    },
    push(frame) {
      remember(frame);
      for (const subscription of subscriptions) guarded(() => deliver(subscription, frame));
    },
    sourceLost() {
      cache = [];
      cacheBytes = 0;
      for (const subscription of subscriptions) guarded(() => subscription.subscriber.onSourceLost());
    },
    format: () => format,
    subscribers: () => subscriptions.size,
  };
}
