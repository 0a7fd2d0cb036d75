import { encodeAmf0, encodeAmf0EcmaArray } from '../../../../functions/connect/rtmp/amf0.ts';
import type { ProgramFormat } from '../program.ts';

const AVC_CODEC_ID = 7;
const AAC_CODEC_ID = 10;

/** Builds the body of the video message that carries the AVC decoder configuration. */
export function buildVideoHeader(avcConfiguration: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x17, 0, 0, 0, 0), avcConfiguration]);
}

/**
 * Builds the body of the audio message that carries the AAC configuration. For AAC, FLV fixes the flags to 44 kHz
 * stereo.
 */
export function buildAudioHeader(specificConfig: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0xaf, 0), specificConfig]);
}

/** Builds the body of the `@setDataFrame` message that announces the stream's format. */
export function buildMetadata(format: ProgramFormat): Buffer {
  const { video, audio } = format;
  return Buffer.concat([
    encodeAmf0('@setDataFrame', 'onMetaData'),
    encodeAmf0EcmaArray({
      ...(video && { width: video.width, height: video.height, videocodecid: AVC_CODEC_ID }),
      ...(video?.framesPerSecond && { framerate: video.framesPerSecond }),
      ...(audio && {
        audiocodecid: AAC_CODEC_ID,
        audiosamplerate: audio.sampleRateHz,
        audiosamplesize: 16,
        audiochannels: audio.channels,
        stereo: audio.channels === 2,
      }),
      encoder: 'Sluice',
    }),
  ]);
}
