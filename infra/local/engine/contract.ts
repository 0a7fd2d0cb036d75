/**
 * What the media engine promises to the local MediaConnect, MediaLive and MediaPackage endpoints. The endpoints own the
 * resource state machines and say what should be; the engine moves the media and reports what is. Nothing in here knows
 * of destinations, records or platforms.
 *
 * Wiring follows AWS's nouns: a flow listens for SRT; an enabled flow output hands the transport stream to an address
 * (`ip:port`); a channel reads the address of its input. A channel whose address nobody feeds runs without input, as it
 * does on AWS.
 */

export interface FlowSource {
  flowArn: string;
  /** UDP port the SRT listener binds on 0.0.0.0 or the given host. */
  ingestPort: number;
  listenHost: string;
  /** SRT receiver latency in milliseconds. */
  latencyMs: number;
  /** AES passphrase, 10 to 79 characters; absent = not encrypted. Never logged, never in process arguments. */
  passphrase?: string;
}

/** Encoder settings of one rendition, already reduced to what the engine can do. */
export interface Rendition {
  name: string;
  /** Absent width and height follow the source and allow plain copying. */
  width?: number;
  height?: number;
  framesPerSecond?: number;
  videoBitrateBps: number;
  gopSeconds: number;
  h264Profile: 'baseline' | 'main' | 'high';
  audioBitrateBps: number;
  audioSampleRateHz: number;
  audioChannels: number;
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
}

/** HLS handed to a MediaPackage channel. The first rendition that can be copied is copied. */
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

/** How H.264 pictures are coded, in the numbers of ITU-T H.264 7.4.2.1. */
export interface VideoCoding {
  profileIdc: number;
  /** 41 for level 4.1; level 1b is 9. */
  levelIdc: number;
  chromaFormatIdc: number;
  bitDepth: number;
  /** Whether pictures may hold two fields. */
  isInterlaced: boolean;
}

export type SourceState = 'stopped' | 'listening' | 'connected' | 'failed';

export interface SourceReport {
  flowArn: string;
  state: SourceState;
  /** Since when the state is what it is, ms epoch. */
  sinceMs: number;
  /** Why it failed (`address already in use`, …). */
  error?: string;
  bitrateBps: number;
  video?: {
    codec: string;
    width: number;
    height: number;
    framesPerSecond: number;
    gopSeconds?: number;
    /** Of H.264, from its first keyframe on. */
    coding?: VideoCoding;
  };
  audio?: { codec: string; sampleRateHz: number; channels: number };
  /** Of the packets of the last seconds, those that did not arrive the first time; absent without a caller. */
  packetLossPercent?: number;
  /** To the caller and back, as SRT measures it; absent without one. */
  roundTripMs?: number;
  /** Transport-stream continuity errors since the flow started. */
  continuityErrors: number;
  /** Callers accepted since the flow started. */
  connections: number;
}

export type OutputState = 'waiting_for_input' | 'connecting' | 'publishing' | 'reconnecting' | 'rejected' | 'stalled';

/** Closed list: what is wrong with an output. */
export type OutputProblem =
  | 'connection_refused'
  | 'host_not_found'
  /** The name points at an address that must not be dialled. */
  | 'host_not_public'
  | 'connect_timeout'
  | 'connection_lost'
  | 'certificate_invalid'
  | 'tls_failed'
  /** A plain connection, and the server speaks TLS. */
  | 'tls_expected'
  | 'not_rtmp'
  | 'handshake_unanswered'
  | 'publish_unanswered'
  | 'authentication_unsupported'
  | 'stream_key_rejected'
  | 'application_rejected'
  /** It takes the key and hangs up when media comes. */
  | 'stream_refused'
  /** It said that the stream is over. */
  | 'ended_by_server'
  /** It ends each session after a while, again and again. */
  | 'ends_repeatedly'
  /** Still connected, and it takes nothing. */
  | 'not_accepting'
  /** Still connected, and it takes less than it is sent. */
  | 'platform_slow'
  | 'stalled'
  /** Our encoder is slower than its source. */
  | 'encoder_slow'
  | 'encoder_failed';

export interface ChannelReport {
  channelId: string;
  state: OutputState;
  sinceMs: number;
  /** `copy` or the rendition encoded. */
  mode: 'copy' | 'encode' | 'none';
  /** `attempt` is absent while there is nothing to try again. */
  problem?: { code: OutputProblem; detail: string; attempt?: number; nextAttemptAtMs?: number };
  /** What has left and was taken, over the last seconds. */
  bitrateBps: number;
  framesPerSecond: number;
  /** What the rendition or the source asks for; absent while that is not known. */
  wantedFramesPerSecond?: number;
  /** Totals since the channel started. Sent is what has left. */
  framesSent: number;
  /** Frames of the input that the encoder could not keep up with, as MediaLive's DroppedFrames counts them. */
  droppedFrames: number;
  /** Frames that were not sent because the far end takes too little. */
  unsentFrames: number;
  reconnects: number;
  bytesSent: number;
  queuedBytes: number;
}

/** A picture of what a source shows. */
export interface SourcePicture {
  /** At most 640 px wide. */
  jpeg: Uint8Array;
  /** When its keyframe was the newest one, ms epoch. */
  takenAtMs: number;
}

/** Failures of a platform that can be simulated. None of them touches the far end but by a lost or idle connection. */
export const REHEARSED_CHANNEL_FAULTS = ['key_refused', 'platform_slow', 'platform_frozen'] as const;
export type RehearsedChannelFault = (typeof REHEARSED_CHANNEL_FAULTS)[number];

/** What is being practised, whole. */
export interface RehearsedFaults {
  /** Flows whose encoder counts as gone, whatever arrives. */
  lostFlowArns: string[];
  /** Flows on whose line one packet in ten is lost. */
  lossyFlowArns: string[];
  channels: Record<string, RehearsedChannelFault>;
}

export const NOTHING_REHEARSED: RehearsedFaults = { lostFlowArns: [], lossyFlowArns: [], channels: {} };

export interface EngineReport {
  atMs: number;
  sources: SourceReport[];
  channels: ChannelReport[];
}

/**
 * The engine as the endpoints hold it: one object in the control process that forwards to the engine's own process,
 * restarts it when it dies and gives it its whole desired state again. All calls are idempotent by id.
 */
export interface MediaEngine {
  /** Starts (or reconfigures) the flow's listener. Resolves when the command is taken, not when a caller is there. */
  startFlow(source: FlowSource): Promise<void>;
  stopFlow(flowArn: string): Promise<void>;
  /** Replaces the set of addresses the flow feeds. Addresses not named are no longer fed. */
  setFlowOutputs(flowArn: string, addresses: string[]): Promise<void>;
  startChannel(run: ChannelRun): Promise<void>;
  /** Resolves when the output has been closed cleanly or after one second. */
  stopChannel(channelId: string): Promise<void>;
  /** Called about once a second and at once when a state changes. Returns the unsubscribe function. */
  onReport(listener: (report: EngineReport) => void): () => void;
  /** The newest report. */
  report(): EngineReport;
  /**
   * HLS of a package channel: answers GET of `index.m3u8`, `*.m3u8`, `*.ts`. `path` has no leading slash and may carry a
   * query (`_HLS_msn`, `_HLS_part`). 404 when nothing is packaged yet.
   */
  fetchPackage(packageChannelId: string, path: string): Promise<Response>;
  /**
   * A picture of a flow's source, at most five seconds old, made when it is asked for. Null without a source (also when its
   * loss is practised) and when none can be made.
   */
  fetchSourcePicture(flowArn: string): Promise<SourcePicture | null>;
  /** Practises failures, in place of those practised before; nothing practised is kept over a restart of the product. */
  rehearse(faults: RehearsedFaults): Promise<void>;
  /** Stops every process and waits for it. */
  close(): Promise<void>;
}

/** An engine that moves nothing: for tests of the endpoints and machines without ffmpeg. */
export function makeIdleEngine(): MediaEngine {
  const nothing = async () => {};
  return {
    startFlow: nothing,
    stopFlow: nothing,
    setFlowOutputs: nothing,
    startChannel: nothing,
    stopChannel: nothing,
    onReport: () => () => {},
    report: () => ({ atMs: 0, sources: [], channels: [] }),
    fetchPackage: async () => new Response('no media engine is running', { status: 404 }),
    fetchSourcePicture: async () => null,
    rehearse: nothing,
    close: nothing,
  };
}
