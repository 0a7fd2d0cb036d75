import type { Frame, ProgramFormat } from '../program.ts';
import type { PictureLoop } from './picture-loop.ts';

/** Replaces the pictures of a program, one for one, by those of a loop. */
export interface Cover {
  /**
   * Returns the picture that replaces the frame; null when the frame itself is to be sent. A cover ends at a keyframe.
   * @param loop null once the cover is to end
   */
  take(frame: Frame, loop: PictureLoop | null): PictureLoop['pictures'][number] | null;
  /** Sends the picture just taken once more, because it was not sent. */
  repeat(): void;
  /** Returns the headers of what is sent in place of a program with these headers. */
  over(format: ProgramFormat): ProgramFormat;
  /** Ends it at once. */
  end(): void;
}

/** Creates a cover that shows nothing. */
export function createCover(): Cover {
  let loop: PictureLoop | null = null;
  let index = 0;
  let merged: { loop: PictureLoop; format: ProgramFormat; over: ProgramFormat } | null = null;

  return {
    take(frame, wanted) {
      if (wanted && wanted !== loop) {
        loop = wanted;
        index = 0;
      }
      if (!wanted && frame.keyframe) loop = null;
      if (!loop) return null;
      const picture = loop.pictures[index]!;
      index = (index + 1) % loop.pictures.length;
      return picture;
    },
    repeat() {
      if (loop) index = (index + loop.pictures.length - 1) % loop.pictures.length;
    },
    over(format) {
      if (!loop) return format;
      if (merged?.loop !== loop || merged.format !== format) {
        merged = { loop, format, over: { video: loop.video, audio: format.audio } };
      }
      return merged.over;
    },
    end() {
      loop = null;
    },
  };
}
