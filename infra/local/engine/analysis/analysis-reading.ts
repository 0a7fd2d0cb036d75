/** What ffmpeg measured in one picture. */
export interface PictureReading {
  kind: 'picture';
  /** Share of black pixels, 0 to 100. */
  blackPercent: number;
  /** Mean difference of its luma to that of the picture before, 0 to 255; 0 for the first. */
  difference: number;
}

/** What ffmpeg measured in half a second of sound. */
export interface SoundReading {
  kind: 'sound';
  /** Loudness of the last 400 ms (EBU R 128); null for silence, which has none. */
  momentaryLufs: number | null;
  /** Loudness since the start of the analysis; null before there was any sound. */
  integratedLufs: number | null;
  /** Largest true peak since the start of the analysis; null for silence. */
  truePeakDbtp: number | null;
  /** Peak of each channel in this reading, in order; null for digital silence. */
  channelPeaksDbfs: (number | null)[];
}

export type AnalysisReading = PictureReading | SoundReading;

/** `ebur128` writes -120.691 for silence, and -70 for an integrated loudness without anything above its gate. */
const LUFS_MIN = -70;
/** True peaks are written as amplitudes with three decimals. */
const TRUE_PEAK_MIN = 0.001;
const LINE_MAX = 10_000;

/**
 * Parses the lines that ffmpeg's `metadata` and `ametadata` filters print: a line `frame:…` and then one line
 * `key=value` for each value. Lines it does not know are ignored.
 * @param onReading called once a frame is complete, which its last key shows
 * @returns a function that takes ffmpeg's output in pieces of any size
 */
export function createReadingParser(onReading: (reading: AnalysisReading) => void): (chunk: Buffer) => void {
  let rest = '';
  let values = new Map<string, string>();

  function finish(): void {
    const reading = toPicture(values) ?? toSound(values);
    values = new Map();
    if (reading) onReading(reading);
  }

  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = (lines.pop() ?? '').slice(-LINE_MAX);
    for (const line of lines) {
      if (line.startsWith('frame:')) finish();
      const [key, value] = line.split('=', 2);
      if (!key?.startsWith('lavfi.') || value === undefined) continue;
      values.set(key.slice('lavfi.'.length), value.trim());
      // Nothing follows until the next frame, seconds later.
      if (isLast(key, values)) finish();
    }
  };
}

/** Each channel has one peak from `ebur128` and then, as the frame's last values, one from `astats`. */
function isLast(key: string, values: ReadonlyMap<string, string>): boolean {
  if (key.startsWith('lavfi.signalstats.')) return values.has('blackframe.pblack') && key.endsWith('.YDIF');
  const [, channel] = /^lavfi\.astats\.(\d+)\.Peak_level$/.exec(key) ?? [];
  return channel !== undefined && !values.has(`r128.true_peaks_ch${channel}`);
}

function toPicture(values: ReadonlyMap<string, string>): PictureReading | null {
  const blackPercent = numberOf(values.get('blackframe.pblack'));
  const difference = numberOf(values.get('signalstats.YDIF'));
  return blackPercent === null || difference === null ? null : { kind: 'picture', blackPercent, difference };
}

function toSound(values: ReadonlyMap<string, string>): SoundReading | null {
  const momentary = numberOf(values.get('r128.M'));
  const integrated = numberOf(values.get('r128.I'));
  if (momentary === null || integrated === null) return null;
  const peaks = [...values].flatMap(([key, value]) => (/^r128\.true_peaks_ch\d+$/.test(key) ? [Number(value)] : []));
  const peak = Math.max(0, ...peaks.filter(Number.isFinite));
  const channels = [...values].flatMap(([key, value]) => {
    const [, channel] = /^astats\.(\d+)\.Peak_level$/.exec(key) ?? [];
    return channel === undefined ? [] : [{ channel: Number(channel), peak: numberOf(value) }];
  });
  return {
    kind: 'sound',
    momentaryLufs: momentary > LUFS_MIN ? momentary : null,
    integratedLufs: integrated > LUFS_MIN ? integrated : null,
    truePeakDbtp: peak >= TRUE_PEAK_MIN ? 20 * Math.log10(peak) : null,
    channelPeaksDbfs: channels.toSorted((one, other) => one.channel - other.channel).map((each) => each.peak),
  };
}

/** Returns null for what is no number: absent, `nan`, and the `-inf` of digital silence. */
function numberOf(text: string | undefined): number | null {
  const value = text === undefined || text === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}
