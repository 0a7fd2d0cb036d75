/** GStreamer as encoder and as receiver: SRT, MPEG-TS and H.264 in an implementation that shares no muxer with ffmpeg. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { findInstalledProgram } from './installed-programs.ts';

/** Debian's packages gstreamer1.0-tools and gstreamer1.0-plugins-base, -good, -bad, -ugly and gstreamer1.0-libav. */
const ELEMENTS = ['videotestsrc', 'x264enc', 'avenc_aac', 'mpegtsmux', 'srtsink', 'srtsrc'];

/** Finds `gst-launch-1.0` with every element that the tests use. Null when one is missing. */
export function findGStreamer(): string | null {
  const inspect = findInstalledProgram('gst-inspect-1.0');
  if (inspect === null) return null;
  const hasAll = ELEMENTS.every((element) => spawnSync(inspect, ['--exists', element]).status === 0);
  return hasAll ? findInstalledProgram('gst-launch-1.0') : null;
}

/** A live test picture with a tone. */
export interface GStreamerSettings {
  width: number;
  height: number;
  framesPerSecond: number;
  /** Pictures from one keyframe to the next. */
  gopPictures: number;
  bFrames: number;
  videoKbps: number;
  sampleRateHz: number;
  channels: number;
  /** More properties of `x264enc`, as `name=value`. */
  encoder?: readonly string[];
  /** An element between the encoder and the muxer, and its properties. */
  parser?: readonly string[];
}

export interface GStreamerSender {
  pid: number;
  /** Ends it: cleanly with SIGINT, which sends the end of the stream first; with SIGKILL as when it loses power. */
  stop(signal: 'SIGINT' | 'SIGKILL'): Promise<void>;
}

/** Encodes in real time and calls an SRT listener on this machine until it is stopped. */
export function sendWithGStreamer(
  gstLaunch: string,
  settings: GStreamerSettings,
  listener: { port: number; passphrase?: string },
): GStreamerSender {
  const { width, height, framesPerSecond, gopPictures, bFrames, videoKbps, sampleRateHz, channels } = settings;
  const picture = `video/x-raw,format=I420,width=${width},height=${height},framerate=${framesPerSecond}/1`;
  const samples = `audio/x-raw,rate=${sampleRateHz},channels=${channels}`;
  const child = spawn(
    gstLaunch,
    [
      ...['-q', '-e', 'mpegtsmux', 'name=muxer', 'alignment=7', '!'],
      ...['srtsink', `uri=${uriOf(listener.port, 'caller')}`, ...secretOf(listener.passphrase)],
      ...['videotestsrc', 'is-live=true', 'pattern=ball', '!', picture, '!'],
      ...['x264enc', 'speed-preset=ultrafast', `bitrate=${videoKbps}`, `key-int-max=${gopPictures}`],
      ...[`bframes=${bFrames}`, ...(settings.encoder ?? [])],
      ...['!', ...(settings.parser ? [...settings.parser, '!'] : []), 'queue', '!', 'muxer.'],
      ...['audiotestsrc', 'is-live=true', '!', samples, '!', 'avenc_aac', 'bitrate=96000', '!', 'queue', '!', 'muxer.'],
    ],
    { stdio: 'ignore' },
  );
  return {
    pid: child.pid!,
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      const impatience = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await gone;
      clearTimeout(impatience);
    },
  };
}

const uriOf = (port: number, mode: 'caller' | 'listener') => `srt://127.0.0.1:${port}?mode=${mode}&latency=200`;

const secretOf = (passphrase: string | undefined) =>
  passphrase === undefined ? [] : [`passphrase=${passphrase}`, 'pbkeylen=16'];
