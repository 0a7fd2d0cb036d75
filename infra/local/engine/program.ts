/**
 * A program: the frames of a transport stream or of an encoder's output, for any number of subscribers. Each frame
 * carries its FLV tag body, built once by its producer, so that a hundred publishers write the same bytes without
 * copying them.
 */

export interface ProgramFormat {
  /** AVCDecoderConfigurationRecord and its content. */
  video: { avcConfiguration: Buffer; width: number; height: number; framesPerSecond: number | null } | null;
  /** AudioSpecificConfig and its content. */
  audio: { specificConfig: Buffer; sampleRateHz: number; channels: number } | null;
}

export interface Frame {
  kind: 'video' | 'audio';
  /** Decode time in milliseconds on a timeline that never wraps or runs backwards within one program. */
  dtsMs: number;
  /** Presentation minus decode time in milliseconds; 0 for audio. */
  compositionOffsetMs: number;
  keyframe: boolean;
  /** Whole FLV tag body: 5-byte AVC header + length-prefixed NAL units, or 2-byte AAC header + raw access unit. */
  flvBody: Buffer;
}

export interface ProgramSubscriber {
  /** Always called before the first frame, and again when the headers change mid-stream. */
  onFormat(format: ProgramFormat): void;
  onFrame(frame: Frame): void;
  /** No frame has arrived for a while; `onFrame` resumes when the source is back. */
  onSourceLost(): void;
  /** The next frames do not fit into the same session: size, profile or sound have changed while there were none. */
  onOtherFormat?(): void;
}

export interface Program {
  /** Delivers the format and the frames since the last keyframe at once (if known), then live. Returns unsubscribe. */
  subscribe(subscriber: ProgramSubscriber): () => void;
}

/** Returns whether two formats have the same headers. */
export function isSameFormat(left: ProgramFormat, right: ProgramFormat): boolean {
  return (
    isSameHeader(left.video?.avcConfiguration, right.video?.avcConfiguration) &&
    isSameHeader(left.audio?.specificConfig, right.audio?.specificConfig)
  );
}

function isSameHeader(left: Buffer | undefined, right: Buffer | undefined): boolean {
  return left && right ? left.equals(right) : left === right;
}
