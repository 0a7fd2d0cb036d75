/** A process that plays an FLV file to its output in real time, in a loop, and stamps each picture as it leaves. */
import { readFileSync } from 'node:fs';
import { systemClock } from '../../../infra/local/host/clock.ts';
import { buildAudioHeader, buildVideoHeader } from '../../../infra/local/engine/rtmp/flv-bodies.ts';
import { playContent, readFlvContent } from '../../support/flv-content.ts';
import { buildFlvTag, FLV_OPENING } from '../../../infra/local/rtmp-receiver/flv-recorder.ts';
import { stampPicture } from './stamp.ts';

const AUDIO = 8;
const VIDEO = 9;

const content = readFlvContent(readFileSync(process.argv[2]!));
const { video, audio } = content.format;
process.stdout.on('error', () => process.exit());
process.stdout.write(FLV_OPENING);
if (video) process.stdout.write(buildFlvTag(VIDEO, 0, buildVideoHeader(video.avcConfiguration)));
if (audio) process.stdout.write(buildFlvTag(AUDIO, 0, buildAudioHeader(audio.specificConfig)));
playContent(
  content,
  ({ kind, dtsMs, flvBody }) => {
    const body = kind === 'video' ? stampPicture(flvBody) : flvBody;
    process.stdout.write(buildFlvTag(kind === 'video' ? VIDEO : AUDIO, dtsMs, body));
  },
  systemClock,
);
// The clock's timers do not keep a process alive; this one keeps it running until it is killed.
setInterval(() => {}, 60_000);
