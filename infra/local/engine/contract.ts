/**
 * The contract between the media engine and the local MediaConnect, MediaLive and MediaPackage endpoints. The endpoints
 * own the resource state machines and hold the desired state; the engine moves the media and reports the actual state.
 * Nothing in this file refers to destinations, records or platforms.
 *
 * The wiring uses AWS's nouns: a flow listens for SRT; an enabled flow output sends the transport stream to an address
 * (`ip:port`); a channel reads the address of its input. A channel whose address receives no stream runs without input,
 * as on AWS.
 */

import type { AnalysisState } from '../../../functions/domain/analysis-state.ts';
import type { OutputProblem } from '../../../functions/domain/output-problem.ts';
import type { CodingNumbers } from '../../../functions/domain/video-coding.ts';

/** The SRT listeners that a flow can have. */
export const LISTENER_NAMES = ['main', 'backup'] as const;
export type ListenerName = (typeof LISTENER_NAMES)[number];

export interface SourceListener {
  /** UDP port the SRT listener binds on 0.0.0.0 or the given host. */
  ingestPort: number;
  listenHost: string;
  /** SRT receiver latency in milliseconds. */
  latencyMs: number;
  /** IPv4 block that callers must be in; absent = anyone may call. */
  allowed?: string;
  /** AES passphrase, 10 to 79 characters; absent = not encrypted. Never logged, never in process arguments. */
  passphrase?: string;
}

/** The listener of a flow's main encoder, and of its backup if it has one. */
export interface FlowSource extends SourceListener {
  flowArn: string;
  backup?: SourceListener;
  /** The listener that is used whenever it delivers; absent = the flow stays on the one that works. */
  preferred?: ListenerName;
  /** Whether picture and sound are analysed. */
  isAnalysed?: boolean;
}

/** Which audio stream of the source is taken. What is chosen and not there is silent; a loose language is replaced. */
export type SoundSelection =
  | { by: 'pid'; pid: number }
  /** Three lower-case letters, compared with the language descriptors of the program's table. */
  | { by: 'language'; language: string; isStrict: boolean };

/** What a rendition does with the sound of the source. */
export interface RenditionSound {
  /** Absent: the first audio stream. */
  selection?: SoundSelection;
  /** One row per output channel: the factor of each input channel. Absent: the channels are converted as usual. */
  remix?: number[][];
  /** Loudness that the sound is brought to (EBU R 128), from -59 to -5 LUFS, and the highest true peak in dBTP. */
  loudness?: { targetLufs: number; truePeakDbtp: number };
}

/** Encoder settings of one rendition, reduced to what the engine supports. */
export interface Rendition {
  name: string;
  /** Without width and height the rendition follows the source and may be a plain copy. */
  width?: number;
  height?: number;
  framesPerSecond?: number;
  videoBitrateBps: number;
  gopSeconds: number;
  h264Profile: 'baseline' | 'main' | 'high';
  audioBitrateBps: number;
  audioSampleRateHz: number;
  audioChannels: number;
  /** Absent: the first audio stream, unchanged. */
  sound?: RenditionSound;
  /** Converts HDR and wide primaries to BT.709. Absent: colours pass unchanged. */
  colour?: 'bt709';
}

export interface RtmpOutput {
  kind: 'rtmp';
  /** `rtmp://host[:port]/app` or rtmps; holds no key. */
  url: string;
  /** The stream key, in clear: it exists in the engine's memory only. */
  streamKey: string;
  /** False accepts any certificate (CertificateMode SELF_SIGNED). */
  verifyCertificate: boolean;
  rendition: Rendition;
  /** The second pipeline of a STANDARD channel, which sends the same frames to a second server. */
  backup?: BackupServer;
  /** What to send while the input delivers nothing, once it has delivered; absent: nothing. */
  inputLoss?: InputLoss;
}

/** Where a channel's second pipeline reads and publishes. */
export interface BackupServer {
  /** Address of the input's second endpoint, `ip:port`. Without a feed there, the pipeline's input is lost. */
  inputAddress: string;
  /** As for the first pipeline; holds no key. */
  url: string;
  /** In clear: it exists in the engine's memory only. */
  streamKey: string;
}

/** A picture of one colour, six hex digits, or an image file on this machine. */
export type SlateImage = { kind: 'colour'; rgb: string } | { kind: 'file'; path: string };

/** MediaLive's InputLossBehavior: the last picture, then black, then the image. Sound is silent. */
export interface InputLoss {
  /** How long the last picture is repeated, and how long black is shown, in milliseconds; null: for ever. */
  repeatMs: number | null;
  blackMs: number | null;
  image: SlateImage;
}

/** HLS for a MediaPackage channel. The first rendition that can be copied is copied. */
export interface PackageOutput {
  kind: 'package';
  packageChannelId: string;
  renditions: Rendition[];
}

export interface ChannelRun {
  channelId: string;
  /** Address of the input's first endpoint, `ip:port`. */
  inputAddress: string;
  output: RtmpOutput | PackageOutput;
}

/** An SRT receiver that a flow output calls, to send it the flow's transport stream. */
export interface SrtReceiver {
  outputArn: string;
  /** IPv4. */
  address: string;
  port: number;
  /** The least latency, in milliseconds; the receiver may ask for more. */
  latencyMs: number;
  streamId?: string;
  /** In clear: it exists in the engine's memory only. 10 to 79 characters; absent = not encrypted. */
  passphrase?: string;
}

/** What the analysis of a source found. What is absent is unknown. */
export interface SourceAnalysis {
  state: AnalysisState;
  /** Since when the picture is black or does not change; null: it is not black, or it changes. */
  picture?: { blackSinceMs: number | null; frozenSinceMs: number | null };
  sound?: {
    /** Since when every channel is silent; null: it is not. */
    silentSinceMs: number | null;
    /** Loudness of the last 400 ms (EBU R 128); null for silence. */
    momentaryLufs: number | null;
    /** Loudness since the encoder connected, or since the analysis was restarted; null without sound until now. */
    integratedLufs: number | null;
    /** Largest true peak in the same time; null for silence. */
    truePeakDbtp: number | null;
    /** Peak of each channel in the last half second; null for digital silence. */
    channelPeaksDbfs: (number | null)[];
  };
}

export interface AudioTrackReport {
  pid: number;
  codec: string;
  /** Three lower-case letters. */
  language?: string;
  /** Absent until the first frame, and for codecs other than AAC. */
  sampleRateHz?: number;
  channels?: number;
}

export type SourceState = 'stopped' | 'listening' | 'connected' | 'failed';

/** One of a flow's two listeners and what arrives there. */
export interface ListenerReport {
  name: ListenerName;
  /** Whether it feeds the flow. */
  isSelected: boolean;
  state: SourceState;
  sinceMs: number;
  error?: string;
  bitrateBps: number;
  /** Absent without a caller, like the next two. */
  packetLossPercent?: number;
  roundTripMs?: number;
  jitterMs?: number;
}

/** What feeds the flow. */
export interface SourceReport {
  flowArn: string;
  state: SourceState;
  /** Time of the last state change, ms epoch. */
  sinceMs: number;
  /** The reason of the failure (`address already in use`, …). */
  error?: string;
  bitrateBps: number;
  video?: {
    codec: string;
    width: number;
    height: number;
    framesPerSecond: number;
    gopSeconds?: number;
    /** H.264 and HEVC only; present from the first keyframe on. */
    coding?: CodingNumbers;
  };
  /** All audio streams of the program, in the order of its table. Without a language the table states none. */
  audioTracks?: AudioTrackReport[];
  /** Share of the last seconds' packets that did not arrive the first time; absent without a caller. */
  packetLossPercent?: number;
  /** Round trip to the caller as SRT measures it; absent without a caller. */
  roundTripMs?: number;
  /** Variation of the round trip; absent without a caller. */
  jitterMs?: number;
  /** Transport-stream continuity errors since the flow started. */
  continuityErrors: number;
  /** Callers accepted since the flow started. */
  connections: number;
  /** Absent without a caller, or while the flow is not analysed. */
  analysis?: SourceAnalysis;
  /** Both listeners; absent while the flow has one. */
  listeners?: ListenerReport[];
  /** Changes from one listener to the other since the flow started; absent while there were none. */
  failoverSwitches?: number;
}

export type OutputState = 'waiting_for_input' | 'connecting' | 'publishing' | 'reconnecting' | 'rejected' | 'stalled';

/** What one pipeline of a channel delivers. */
export interface PipelineReport {
  state: OutputState;
  sinceMs: number;
  /** What is sent instead of the input's pictures: the pictures for a lost input, or a static image; absent: neither. */
  slate?: 'input_loss' | 'image';
  /** `attempt` is absent while no retry is due. */
  problem?: { code: OutputProblem; detail: string; attempt?: number; nextAttemptAtMs?: number };
  /** Rate of delivered data over the last seconds. */
  bitrateBps: number;
  framesPerSecond: number;
  /** Delivered frames; like all totals, since the channel started. */
  framesSent: number;
  /** Frames dropped because the far end accepts data too slowly. */
  unsentFrames: number;
  reconnects: number;
  bytesSent: number;
  queuedBytes: number;
}

/** A channel with its first pipeline. */
export interface ChannelReport extends PipelineReport {
  channelId: string;
  /** `copy` or the rendition encoded. */
  mode: 'copy' | 'encode' | 'none';
  /** The source has no sound that fits the choice. */
  isSoundMissing?: true;
  /** Frame rate of the rendition or the source; absent while it is unknown. */
  wantedFramesPerSecond?: number;
  /** Input frames the encoder was too slow for, as MediaLive's DroppedFrames counts them. */
  droppedFrames: number;
  /** The second pipeline, if the channel has two. */
  backup?: PipelineReport;
}

/** A caller's connection. Totals count since its flow output was added. */
export interface CallerReport {
  outputArn: string;
  state: 'connecting' | 'connected' | 'reconnecting' | 'rejected';
  sinceMs: number;
  problem?: ChannelReport['problem'];
  /** Rate of acknowledged data over the last seconds. */
  bitrateBps: number;
  /** As the receiver measures it; absent without a connection. */
  roundTripMs?: number;
  packetsSent: number;
  packetsResent: number;
  /** Packets that could not arrive in time. */
  packetsDropped: number;
  bytesDelivered: number;
  disconnections: number;
}

/** A still picture of a source. */
export interface SourcePicture {
  /** At most 640 px wide. */
  jpeg: Uint8Array;
  /** Time at which its keyframe was the newest, ms epoch. */
  takenAtMs: number;
}

/** Platform failures that can be simulated. The real platform sees at most a lost or idle connection. */
export const REHEARSED_CHANNEL_FAULTS = ['key_refused', 'platform_slow', 'platform_frozen'] as const;
export type RehearsedChannelFault = (typeof REHEARSED_CHANNEL_FAULTS)[number];

/** The complete set of simulated faults. */
export interface RehearsedFaults {
  /** Flows whose encoder counts as lost, regardless of arriving data. */
  lostFlowArns: string[];
  /** Flows whose line loses one packet in ten. */
  lossyFlowArns: string[];
  channels: Record<string, RehearsedChannelFault>;
}

export const NOTHING_REHEARSED: RehearsedFaults = { lostFlowArns: [], lossyFlowArns: [], channels: {} };

/** Asks to keep the segments of a package channel on disk. */
export interface KeepRequest {
  /** Gets one folder per package channel. */
  directory: string;
  /** What ends before this time is not kept; ms epoch. */
  fromMs: number;
}

/** What becomes of a request. */
export interface KeepReport {
  packageChannelId: string;
  /** Code of the system's error that ended it, such as `ENOSPC`; null while segments are kept. */
  error: string | null;
  /** Segments that the disk was too slow for. */
  droppedSegments: number;
}

export interface EngineReport {
  atMs: number;
  sources: SourceReport[];
  channels: ChannelReport[];
  callers: CallerReport[];
  /** Absent while nothing is kept. */
  keeping?: KeepReport[];
}

/**
 * The engine as the endpoints see it: one object in the control process. It forwards commands to the engine process,
 * restarts that process when it dies and then sends it the complete desired state. All calls are idempotent by id.
 */
export interface MediaEngine {
  /**
   * Starts or reconfigures the flow's listener. Resolves when the engine has accepted the command; no caller is needed.
   */
  startFlow(source: FlowSource): Promise<void>;
  stopFlow(flowArn: string): Promise<void>;
  /** Replaces the set of addresses the flow feeds. */
  setFlowOutputs(flowArn: string, addresses: string[]): Promise<void>;
  /** Replaces the set of SRT receivers the flow calls. Connections to those that stay are not interrupted. */
  setFlowCallers(flowArn: string, receivers: SrtReceiver[]): Promise<void>;
  startChannel(run: ChannelRun): Promise<void>;
  /** Resolves when the output has closed cleanly, after one second at the latest. */
  stopChannel(channelId: string): Promise<void>;
  /** Shows an image instead of the channel's pictures, while its sound continues; null ends it. */
  coverChannel(channelId: string, image: SlateImage | null): Promise<void>;
  /** Subscribes to reports: about one a second, and one at every state change. Returns the unsubscribe function. */
  onReport(listener: (report: EngineReport) => void): () => void;
  /** Returns the newest report. */
  report(): EngineReport;
  /**
   * Answers a GET for the HLS of a package channel: `index.m3u8`, `*.m3u8` or `*.ts`. `path` has no leading slash and
   * may carry a query (`_HLS_msn`, `_HLS_part`). The answer is 404 until the first segment is packaged.
   */
  fetchPackage(packageChannelId: string, path: string): Promise<Response>;
  /**
   * Returns a picture of a flow's source, at most five seconds old, rendered on demand. Null when the source is
   * missing, its loss is simulated, or no picture can be rendered.
   * @param name one of two listeners; absent: the one in use
   */
  fetchSourcePicture(flowArn: string, name?: ListenerName): Promise<SourcePicture | null>;
  /** Keeps the segments of a package channel on disk; null stops. */
  keepSegments(packageChannelId: string, keep: KeepRequest | null): Promise<void>;
  /** Replaces the set of simulated faults. A restart of the product ends them all. */
  rehearse(faults: RehearsedFaults): Promise<void>;
  /** Stops every process and waits for its end. */
  close(): Promise<void>;
}

/** Returns an engine that moves no media, for tests of the endpoints and for machines without ffmpeg. */
export function createIdleEngine(): MediaEngine {
  const nothing = async () => {};
  return {
    startFlow: nothing,
    stopFlow: nothing,
    setFlowOutputs: nothing,
    setFlowCallers: nothing,
    startChannel: nothing,
    stopChannel: nothing,
    coverChannel: nothing,
    onReport: () => () => {},
    report: () => ({ atMs: 0, sources: [], channels: [], callers: [] }),
    fetchPackage: async () => new Response('no media engine is running', { status: 404 }),
    fetchSourcePicture: async () => null,
    keepSegments: nothing,
    rehearse: nothing,
    close: nothing,
  };
}
