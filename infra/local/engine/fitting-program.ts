import type { Program } from './program.ts';

/**
 * Passes a program on only while it fits. A source can change in the middle of a connection to pictures or sound that a
 * platform must not get; what is to replace the copy, such as an encoder, needs a second until its first picture.
 * Meanwhile nothing is better than that: viewers see the last picture, or the slate.
 * @param isFit asked at each change of the headers, before the first frame that has them
 */
export function onlyWhileFitting(program: Program, isFit: () => boolean): Program {
  return {
    subscribe(subscriber) {
      let fits = true;
      let waitsForKeyframe = false;
      return program.subscribe({
        ...subscriber,
        onFormat(format) {
          const before = fits;
          fits = isFit();
          if (!fits) return;
          // The pictures since the last one that was passed on are missing.
          if (!before) waitsForKeyframe = format.video !== null;
          subscriber.onFormat(format);
        },
        onFrame(frame) {
          if (!fits) return;
          if (waitsForKeyframe && !(frame.kind === 'video' && frame.keyframe)) return;
          waitsForKeyframe = false;
          subscriber.onFrame(frame);
        },
      });
    },
  };
}
