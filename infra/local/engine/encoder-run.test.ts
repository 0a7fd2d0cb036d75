import { expect, it } from 'vitest';
import { makeManualClock } from '../../../test/support/rtmp.ts';
import { makeRendition } from '../../../test/support/test-media.ts';
import { startEncoderRun } from './encoder-run.ts';
import { silentLogger } from './engine-logger.ts';

const HDR = { colourPrimaries: 9, transferCharacteristics: 16, matrixCoefficients: 9, isFullRange: false };

/** Starts a stand-in for ffmpeg that writes this text and ends. Returns the reason that is reported. */
async function reasonFor(errorOutput: string): Promise<string> {
  const script = `process.stderr.write(${JSON.stringify(errorOutput)}, () => process.exit(8))`;
  return new Promise((resolve) => {
    startEncoderRun({
      launcher: {
        ffmpegPath: 'any',
        prefix: [process.execPath, '-e', script],
        registry: { add() {}, remove() {}, clear() {} },
      },
      ...{ clock: makeManualClock(), logger: silentLogger, load: { running: 0 }, rendition: makeRendition() },
      ...{ followsKeyframes: false, colour: HDR, keyframePtsMs: 0, hasSound: true },
      onFormat() {},
      onFrame() {},
      onFailed: resolve,
    });
  });
}

it('names the filter that an ffmpeg lacks for an HDR source, and what to do', async () => {
  // As ffmpeg 7.0 writes it.
  const reason = await reasonFor(
    "[AVFilterGraph @ 0x4bd3500] No such filter: 'zscale'\nError opening output file -.\n",
  );
  expect(reason).toMatch(/lacks the filter zscale, .*install an ffmpeg with libzimg, or send BT\.709/);
});

it('reports only the code of any other end, because the output of ffmpeg may contain addresses', async () => {
  expect(await reasonFor('rtmp://platform/live/secret: Input/output error\n')).toBe('the encoder ended with code 8');
});
