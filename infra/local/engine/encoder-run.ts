import type { ColourNumbers } from '../../../functions/domain/picture-colour.ts';
import type { Clock } from '../host/clock.ts';
import type { Rendition } from './contract.ts';
import { buildEncoderArguments } from './encoder-arguments.ts';
import { createEncoderOutput } from './encoder-output.ts';
import { createEncoderPace, type EncoderPace } from './encoder-pace.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createFlvReader } from './flv-reader.ts';
import { startMediaChild, type MediaLauncher } from './media-child.ts';
import type { Frame, ProgramFormat } from './program.ts';

/** One ffmpeg that encodes from one keyframe of the source on. */
export interface EncoderRun {
  pace: EncoderPace;
  write(bytes: Buffer): void;
  /** Returns the bytes written that ffmpeg has not read. */
  waitingBytes(): number;
  /** Returns the frame rate of its pictures; undefined while neither the rendition nor a header states it. */
  framesPerSecond(): number | undefined;
  /** Ends ffmpeg. None of the callbacks follows. */
  end(): Promise<void>;
}

/** Shared by all encoders of one engine. */
export interface EncoderLoad {
  /** Number of encoders running; each one counts itself. */
  running: number;
}

export interface EncoderRunOptions {
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  load: EncoderLoad;
  rendition: Rendition;
  followsKeyframes: boolean;
  /** Colour of the source that has to be converted; absent for none. */
  colour?: ColourNumbers;
  /** Presentation time, in the source, of the keyframe that the first bytes begin with. */
  keyframePtsMs: number;
  hasSound: boolean;
  /** Called before the first frame. */
  onFormat(format: ProgramFormat): void;
  onFrame(frame: Frame): void;
  /** It has ended by itself or writes what cannot be read. */
  onFailed(detail: string): void;
}

/** Starts ffmpeg, which waits for the source's bytes. */
export function startEncoderRun(options: EncoderRunOptions): EncoderRun {
  const { clock, colour, followsKeyframes, hasSound, keyframePtsMs, launcher, load, rendition } = options;
  const pace = createEncoderPace(keyframePtsMs, clock.now());
  let ended = false;

  const output = createEncoderOutput({
    keyframePtsMs,
    framesPerSecond: rendition.framesPerSecond,
    onFormat: options.onFormat,
    onFrame(frame) {
      if (frame.kind === 'video') pace.gave(frame.dtsMs);
      options.onFrame(frame);
    },
    onUnreadableHeader: () => options.onFailed('the encoder wrote unreadable headers'),
  });
  const child = startMediaChild({
    launcher,
    arguments: buildEncoderArguments(rendition, { hasSound, followsKeyframes, ...(colour && { colour }) }),
    onData: createFlvReader((tag) => {
      if (!ended) output.take(tag);
    }),
    onExit({ code, signal }) {
      if (ended) return;
      const { name } = rendition;
      const errorOutput = child.errorOutput().slice(-500);
      options.logger.warn('an encoder ended', { rendition: name, code, signal, output: errorOutput });
      options.onFailed(describeEnd({ code, signal, errorOutput }));
    },
  });

  load.running += 1;
  return {
    pace,
    write: (bytes) => void child.stdin.write(bytes),
    waitingBytes: () => child.stdin.writableLength,
    framesPerSecond: () => output.framesPerSecond() ?? rendition.framesPerSecond,
    end() {
      if (!ended) load.running -= 1;
      ended = true;
      return child.end();
    },
  };
}

/** A filter that is missing is named, because another ffmpeg has it. */
function describeEnd(end: { code: number | null; signal: string | null; errorOutput: string }): string {
  const missing = /No such filter: '(\w+)'/.exec(end.errorOutput)?.[1];
  if (missing === 'zscale' || missing === 'tonemap')
    return `this ffmpeg lacks the filter ${missing}, which makes BT.709 of the HDR source; install an ffmpeg with libzimg, or send BT.709`;
  return `the encoder ${end.signal ? `was ended by ${end.signal}` : `ended with code ${end.code ?? 'none'}`}`;
}
