/** Reasons for a destination's health, with their texts. */

export const HEALTH_LEVELS = [
  'unknown',
  'waiting_for_source',
  'slate',
  'starting',
  'good',
  'degraded',
  'reconnecting',
  'down',
] as const;
export type HealthLevel = (typeof HEALTH_LEVELS)[number];

export interface HealthReason {
  level: HealthLevel;
  severity: 'none' | 'transient' | 'fatal';
  detail: string;
  /** What the operator should do; empty when no action is needed. */
  remedy: string;
}

/** The closed list of reasons. */
export const HEALTH_REASONS = {
  not_running: { level: 'unknown', severity: 'none', detail: 'not on air', remedy: '' },
  not_observed: { level: 'unknown', severity: 'transient', detail: 'no figures yet', remedy: '' },
  no_source: {
    level: 'waiting_for_source',
    severity: 'transient',
    detail: 'no signal from the encoder',
    remedy: 'start or check the encoder; waiting channels are still billed',
  },
  no_input: {
    level: 'waiting_for_source',
    severity: 'transient',
    detail: 'no signal from the encoder reaches the channel',
    remedy:
      'check that the flow is active and that the encoder sends an MPEG transport stream with video; waiting channels are still billed',
  },
  filling: {
    level: 'waiting_for_source',
    severity: 'transient',
    detail: 'no signal from the encoder: the channel fills in pictures',
    remedy: 'check that the encoder sends video; waiting channels are still billed',
  },
  slate_held: {
    level: 'slate',
    severity: 'transient',
    detail: 'no signal from the encoder: the slate is on air',
    remedy: 'start or check the encoder; the channel is still billed',
  },
  slate_shown: {
    level: 'slate',
    severity: 'none',
    detail: 'the slate is on air instead of the picture',
    remedy: 'end the slate when the show continues',
  },
  output_paused: {
    level: 'starting',
    severity: 'none',
    detail: 'ready: the channel runs, and its output is held until the show goes live',
    remedy: 'a channel is billed while it waits',
  },
  pause_left: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'MediaLive still holds the output',
    remedy: 'if it lasts, go live in the show again, or restart the destination',
  },
  warned: {
    level: 'degraded',
    severity: 'transient',
    detail: 'media is arriving, and MediaLive has an alert',
    remedy: 'read the alert; MediaLive’s user guide says what it means',
  },
  delivering: { level: 'good', severity: 'none', detail: 'media is arriving', remedy: '' },
  connecting: { level: 'reconnecting', severity: 'transient', detail: 'connecting to the platform', remedy: '' },
  first_frames: { level: 'starting', severity: 'none', detail: 'connected, waiting for the first frames', remedy: '' },
  no_media: {
    level: 'degraded',
    severity: 'transient',
    detail: 'connected, but the platform isn’t accepting video',
    remedy: 'check the platform’s status page; Sluice reconnects after 10 seconds without progress',
  },
  not_accepting: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'connected, but the platform isn’t accepting video',
    remedy: 'Sluice reconnects automatically; if it lasts, check the platform’s status page',
  },
  platform_slow: {
    level: 'degraded',
    severity: 'transient',
    detail: 'the platform accepts the stream more slowly than it is sent',
    remedy: 'check the upload bandwidth, or choose a preset with a lower bitrate',
  },
  below_frame_rate: {
    level: 'degraded',
    severity: 'transient',
    detail: 'the frame rate is too low',
    remedy: 'check the load of this machine and the upload bandwidth',
  },
  encoder_slow: {
    level: 'degraded',
    severity: 'transient',
    detail: 'the encoder is too slow and drops frames',
    remedy: 'stop an encoded destination, or choose a smaller preset or “Same as source”',
  },
  stream_key_rejected: {
    level: 'down',
    severity: 'fatal',
    detail: 'the platform refuses the stream key',
    remedy: 'check the stream key: copy it again from the platform and replace it here',
  },
  stream_refused: {
    level: 'down',
    severity: 'fatal',
    detail: 'the platform closes the connection when the video starts',
    remedy:
      'check the stream key and that the event at the platform is open; if both are right, the platform refuses this video: choose another preset',
  },
  application_rejected: {
    level: 'down',
    severity: 'fatal',
    detail: 'the platform refuses the application in the URL',
    remedy: 'compare the RTMP URL with the one the platform shows',
  },
  authentication_unsupported: {
    level: 'down',
    severity: 'fatal',
    detail: 'the server requires a user name and password',
    remedy: 'RTMP sign-in is not supported: use an address that needs only a stream key',
  },
  host_not_found: {
    level: 'down',
    severity: 'fatal',
    detail: 'the host name of the URL does not exist',
    remedy: 'check the RTMP URL for a typo',
  },
  host_not_public: {
    level: 'down',
    severity: 'fatal',
    detail: 'the host name of the URL points to a private address',
    remedy: 'use the public address of the receiving server',
  },
  certificate_invalid: {
    level: 'down',
    severity: 'fatal',
    detail: 'the platform’s certificate cannot be trusted',
    remedy: 'check the host in the RTMP URL; do not send the key to an unknown server',
  },
  tls_failed: {
    level: 'down',
    severity: 'fatal',
    detail: 'the TLS handshake failed',
    remedy: 'check the port, and whether the platform shows an rtmp:// or an rtmps:// URL',
  },
  tls_expected: {
    level: 'down',
    severity: 'fatal',
    detail: 'the server expects an encrypted connection',
    remedy: 'use an rtmps:// URL, or the port for rtmp://',
  },
  not_rtmp: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the server does not speak RTMP',
    remedy: 'check the host and port of the RTMP URL, and whether the server expects rtmps://',
  },
  handshake_unanswered: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the server accepts the connection but does not answer',
    remedy: 'Sluice keeps trying; if it lasts, check the port, and whether the server expects rtmps://',
  },
  publish_unanswered: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the server does not answer the request to publish',
    remedy: 'check the stream key, and any secret the server expects with it; some servers do not answer a wrong one',
  },
  connection_refused: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the platform’s host refuses connections on this port',
    remedy: 'Sluice keeps trying; if it lasts, check the host and port of the RTMP URL',
  },
  connect_timeout: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the platform’s host does not answer',
    remedy: 'Sluice keeps trying; if it lasts, check the host and port of the RTMP URL, and the firewall',
  },
  connection_lost: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the platform closed the connection',
    remedy: 'no action needed; Sluice reconnects automatically',
  },
  ended_by_server: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the platform ended the stream',
    remedy: 'Sluice reconnects automatically; if it repeats, check that the event at the platform is live',
  },
  ends_repeatedly: {
    level: 'down',
    severity: 'fatal',
    detail: 'the platform repeatedly ends the stream',
    remedy:
      'check the platform: another encoder may use the same stream key, the event may be over, or the video may not be allowed',
  },
  stalled: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the platform stopped accepting data',
    remedy: 'Sluice reconnects automatically; if it lasts, check the platform’s status page',
  },
  encoder_failed: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the encoder stopped and is being restarted',
    remedy: 'no action needed; if it repeats, choose a smaller preset',
  },
  delivery_failed: {
    level: 'down',
    severity: 'fatal',
    detail: 'the channel runs but nothing reaches the platform',
    remedy: 'check the RTMP URL and the stream key',
  },
  receiver_unreachable: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'the flow does not reach the SRT receiver',
    remedy: 'check host and port, and that the receiver listens',
  },
  passphrase_rejected: {
    level: 'down',
    severity: 'fatal',
    detail: 'the SRT receiver has another passphrase',
    remedy: 'set the same passphrase here and at the receiver, or at neither',
  },
  receiver_rejected: {
    level: 'down',
    severity: 'fatal',
    detail: 'the SRT receiver refuses the connection',
    remedy: 'check the stream ID, and what the receiver’s log says',
  },
  secret_unreadable: {
    level: 'down',
    severity: 'fatal',
    detail: 'the flow cannot read the passphrase',
    remedy: 'stop it, then start it: the passphrase is stored again',
  },
  backup_ingest_starting: { level: 'starting', severity: 'none', detail: 'backup ingest', remedy: '' },
  main_ingest_starting: { level: 'starting', severity: 'none', detail: 'main ingest', remedy: '' },
  backup_ingest_failing: {
    level: 'degraded',
    severity: 'transient',
    detail: 'backup ingest not accepting',
    remedy: 'the main ingest continues; check the backup URL and its stream key at the platform',
  },
  main_ingest_failing: {
    level: 'degraded',
    severity: 'transient',
    detail: 'main ingest not accepting',
    remedy: 'the backup ingest continues; check the RTMP URL and the stream key at the platform',
  },
  channel_recovering: {
    level: 'reconnecting',
    severity: 'transient',
    detail: 'MediaLive restarts the channel',
    remedy: 'no action needed',
  },
  channel_not_running: {
    level: 'down',
    severity: 'fatal',
    detail: 'the channel stopped unexpectedly',
    remedy: 'start it again; the timeline shows what happened',
  },
} as const satisfies Record<string, HealthReason>;

export type HealthCode = keyof typeof HEALTH_REASONS;

/** Returns true for a health code. */
export function isHealthCode(text: string): text is HealthCode {
  return Object.hasOwn(HEALTH_REASONS, text);
}
