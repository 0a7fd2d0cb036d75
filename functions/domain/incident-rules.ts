/**
 * Every rule by which an incident opens, in one table. A rule names the signal it watches, when that signal is trouble,
 * and how long the trouble must last. `holdSeconds` and `threshold.default` are defaults: settings override them for the
 * deployment and for single destinations (incident-settings.ts).
 */

export const SUBJECT_KINDS = ['source', 'destination', 'deployment', 'money'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** Most severe first. */
export const SEVERITIES = ['high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The limit a figure is compared with. */
export interface Threshold {
  /** Which figures are trouble: those above or below the limit, or those from the limit upwards. */
  is: 'above' | 'below' | 'from';
  default: number;
  min: number;
  max: number;
  unit: string;
}

export interface IncidentRule {
  subject: SubjectKind;
  severity: Severity;
  /** Name for people. */
  title: string;
  /** The signal it watches: a figure if the rule has a threshold, otherwise true or false. */
  signal: string;
  threshold?: Threshold;
  /** How long the trouble must last before the incident opens. */
  holdSeconds: number;
  /** How long the trouble must be gone before the incident resolves. */
  clearSeconds: number;
  meaning: string;
  action: string;
  /** Rules whose incidents are effects of this one: they are hidden and named while this one lasts. */
  inhibits?: readonly string[];
}

/** What a missing feed makes every destination suffer from. */
const EFFECTS_ON_DESTINATIONS = [
  'destination_not_delivering',
  'destination_dropping_frames',
  'destination_slow',
  'destination_reconnecting',
] as const;

const SOURCE_CONTENT = [
  'source_bitrate_collapsed',
  'source_no_audio',
  'source_silent',
  'source_black',
  'source_frozen',
  'source_wrong_format',
] as const;

export const INCIDENT_RULES = {
  source_lost: {
    subject: 'source',
    severity: 'high',
    title: 'Source lost',
    signal: 'lost',
    holdSeconds: 3,
    clearSeconds: 3,
    meaning:
      'The encoder sends nothing while at least one destination is on air. Viewers see a frozen or black picture.',
    action: 'Check the encoder, its network and the address it sends to. Destinations recover when the signal returns.',
    inhibits: [
      'source_packet_loss',
      'source_jitter',
      'source_round_trip',
      ...SOURCE_CONTENT,
      ...EFFECTS_ON_DESTINATIONS,
    ],
  },
  source_packet_loss: {
    subject: 'source',
    severity: 'medium',
    title: 'Packet loss from the encoder',
    signal: 'packetLossPercent',
    threshold: { is: 'above', default: 0.1, min: 0, max: 100, unit: '%' },
    holdSeconds: 10,
    clearSeconds: 30,
    meaning: 'Packets from the encoder are lost on the way. SRT repairs some; the rest is visible.',
    action: 'Check the encoder’s upload, use a wired connection, or raise the SRT latency.',
  },
  source_jitter: {
    subject: 'source',
    severity: 'medium',
    title: 'Jitter from the encoder',
    signal: 'jitterMs',
    threshold: { is: 'above', default: 50, min: 0, max: 10_000, unit: 'ms' },
    holdSeconds: 10,
    clearSeconds: 30,
    meaning:
      'Packets from the encoder arrive unevenly. Once the SRT latency is used up, they are lost. One machine measures how the round trip varies; on AWS only the alarm source-delay-jitter watches it.',
    action: 'Raise the SRT latency, or take other traffic off the encoder’s connection.',
  },
  source_round_trip: {
    subject: 'source',
    severity: 'low',
    title: 'Long round trip to the encoder',
    signal: 'roundTripMs',
    threshold: { is: 'above', default: 50, min: 0, max: 10_000, unit: 'ms' },
    holdSeconds: 30,
    clearSeconds: 60,
    meaning: 'A lost packet takes long to be sent again. The SRT latency should be at least four round trips.',
    action: 'Set the SRT latency to four times the round trip, or send to a nearer Region.',
  },
  source_bitrate_collapsed: {
    subject: 'source',
    severity: 'medium',
    title: 'Source bitrate collapsed',
    signal: 'bitratePercent',
    threshold: { is: 'below', default: 50, min: 0, max: 100, unit: '% of its usual bitrate' },
    holdSeconds: 10,
    clearSeconds: 15,
    meaning:
      'The encoder sends far less than it usually does. The picture is coarse, or parts of the stream are missing.',
    action: 'Check the encoder’s load and its upload. A static slide can also cause this.',
  },
  source_no_audio: {
    subject: 'source',
    severity: 'high',
    title: 'Source has no audio',
    signal: 'audioMissing',
    holdSeconds: 10,
    clearSeconds: 5,
    meaning: 'The encoder sends video without an audio track. Several platforms refuse such a stream.',
    action: 'Enable audio in the encoder. A silent track is enough for the platforms.',
    inhibits: ['source_silent'],
  },
  source_silent: {
    subject: 'source',
    severity: 'medium',
    title: 'Source is silent',
    signal: 'silent',
    holdSeconds: 15,
    clearSeconds: 5,
    meaning: 'The audio track carries silence.',
    action: 'Check mute switches, the audio input of the encoder and the mixer’s output.',
  },
  source_black: {
    subject: 'source',
    severity: 'high',
    title: 'Picture is black',
    signal: 'black',
    holdSeconds: 10,
    clearSeconds: 3,
    meaning: 'The encoder sends a black picture.',
    action: 'Check the program bus of the mixer, the camera and the cable to the encoder.',
    inhibits: ['source_frozen', 'source_bitrate_collapsed'],
  },
  source_frozen: {
    subject: 'source',
    severity: 'high',
    title: 'Picture is frozen',
    signal: 'frozen',
    holdSeconds: 15,
    clearSeconds: 3,
    meaning: 'The picture from the encoder does not change.',
    action:
      'Check the program bus of the mixer and the capture device. A still slide looks the same: mute this rule then.',
    inhibits: ['source_bitrate_collapsed'],
  },
  source_wrong_format: {
    subject: 'source',
    severity: 'medium',
    title: 'Source has the wrong format',
    signal: 'wrongFormat',
    holdSeconds: 10,
    clearSeconds: 5,
    meaning: 'Size, frame rate or codec of the source does not fit what is configured.',
    action: 'Set the encoder to the size and frame rate that the dashboard names, or choose another preset.',
  },
  source_on_backup: {
    subject: 'source',
    severity: 'medium',
    title: 'Backup source in use',
    signal: 'onBackup',
    holdSeconds: 0,
    clearSeconds: 10,
    meaning:
      'The flow uses the backup: the main encoder was silent, or a person switched. If the main one still sends nothing, there is no reserve.',
    action: 'Check on the source card that both sources are connected. Bring the main encoder back if it is silent.',
  },
  stream_key_rejected: {
    subject: 'destination',
    severity: 'high',
    title: 'Stream key rejected',
    signal: 'keyRejected',
    holdSeconds: 0,
    clearSeconds: 3,
    meaning: 'The platform refuses the stream key or the stream. Trying again does not help.',
    action: 'Copy the stream key from the platform again and replace it here. Check that the event is open there.',
    inhibits: ['destination_not_delivering', 'destination_reconnecting'],
  },
  destination_not_delivering: {
    subject: 'destination',
    severity: 'high',
    title: 'Destination delivers nothing',
    signal: 'deliversNothing',
    holdSeconds: 15,
    clearSeconds: 5,
    meaning: 'The destination should be on air and nothing reaches the platform.',
    action: 'Read the reason below. Check the platform’s status page, the RTMP URL and the stream key.',
    inhibits: ['destination_reconnecting', 'destination_dropping_frames', 'destination_slow'],
  },
  destination_dropping_frames: {
    subject: 'destination',
    severity: 'medium',
    title: 'Destination drops frames',
    signal: 'lostFrames',
    threshold: { is: 'above', default: 0, min: 0, max: 10_000, unit: 'frames in the last seconds' },
    holdSeconds: 10,
    clearSeconds: 15,
    meaning: 'Frames are left out on the way to the platform. The picture stutters.',
    action: 'Check the upload bandwidth and the load of this machine, or choose a preset with a lower bitrate.',
  },
  destination_slow: {
    subject: 'destination',
    severity: 'medium',
    title: 'Destination is below its frame rate',
    signal: 'frameRatePercent',
    threshold: { is: 'below', default: 90, min: 0, max: 100, unit: '% of the wanted frame rate' },
    holdSeconds: 15,
    clearSeconds: 15,
    meaning: 'Fewer frames leave than the preset asks for.',
    action: 'Check the load of this machine, or choose a smaller preset.',
  },
  destination_reconnecting: {
    subject: 'destination',
    severity: 'medium',
    title: 'Destination keeps reconnecting',
    signal: 'reconnects',
    threshold: { is: 'from', default: 3, min: 1, max: 10, unit: 'connections lost in five minutes' },
    holdSeconds: 0,
    clearSeconds: 0,
    meaning:
      'A connection to the platform breaks again and again. Viewers see interruptions, unless its other ingest holds.',
    action:
      'Check the upload and the platform’s status page. Another encoder with the same stream key has this effect too.',
  },
  channel_not_running: {
    subject: 'destination',
    severity: 'high',
    title: 'Channel is not running',
    signal: 'channelDown',
    holdSeconds: 5,
    clearSeconds: 5,
    meaning: 'The destination is on air by our record, and MediaLive’s channel is not running.',
    action: 'Start the destination again. Its timeline names who stopped the channel, if Sluice did.',
    inhibits: [
      'destination_not_delivering',
      'destination_reconnecting',
      'destination_dropping_frames',
      'destination_slow',
    ],
  },
  operation_failed: {
    subject: 'destination',
    severity: 'medium',
    title: 'Operation failed',
    signal: 'operationFailed',
    holdSeconds: 0,
    clearSeconds: 0,
    meaning: 'Creating, starting, stopping or deleting the destination failed.',
    action: 'Read the reason below and follow its remedy, then start or stop the destination again.',
  },
  quota_nearly_used: {
    subject: 'deployment',
    severity: 'low',
    title: 'Quota nearly used',
    signal: 'quotaPercent',
    threshold: { is: 'from', default: 80, min: 1, max: 100, unit: '% of a MediaLive quota' },
    holdSeconds: 0,
    clearSeconds: 60,
    meaning: 'Few channels or inputs are left. The next start may be refused.',
    action: 'Stop or delete destinations that are not needed, or ask AWS for a higher quota.',
  },
  egress_not_allowed: {
    subject: 'deployment',
    severity: 'high',
    title: 'Egress address is not allowed',
    signal: 'egressBlocked',
    holdSeconds: 30,
    clearSeconds: 0,
    meaning:
      'The input security group does not allow the address from which the flow sends. New channels receive nothing.',
    action: 'Add the address to the input security group. The runbook has the command.',
  },
  primary_missing: {
    subject: 'deployment',
    severity: 'low',
    title: 'Preview is not running',
    signal: 'primaryMissing',
    holdSeconds: 60,
    clearSeconds: 10,
    meaning: 'The preview should run by its mode and does not.',
    action: 'Read the preview’s last error on its card. It is started again by itself, at growing intervals.',
  },
  monitor_not_running: {
    subject: 'deployment',
    severity: 'high',
    title: 'Monitor is not running',
    signal: 'monitorSilentSeconds',
    threshold: { is: 'above', default: 300, min: 60, max: 86_400, unit: 'seconds without a run' },
    holdSeconds: 0,
    clearSeconds: 0,
    meaning: 'Nothing watches the source and the destinations. No other incident can open.',
    action: 'Read the monitor’s log. On one machine, restart Sluice: what is on air is taken over.',
  },
  sweep_not_running: {
    subject: 'deployment',
    severity: 'medium',
    title: 'Sweep is not running',
    signal: 'sweepSilentSeconds',
    threshold: { is: 'above', default: 900, min: 60, max: 86_400, unit: 'seconds without a run' },
    holdSeconds: 0,
    clearSeconds: 0,
    meaning: 'Interrupted operations are not resumed, and unused resources are not released.',
    action: 'Read the sweep’s log.',
  },
  unused_resources: {
    subject: 'deployment',
    severity: 'low',
    title: 'Unused resources cost money',
    signal: 'orphans',
    threshold: { is: 'above', default: 0, min: 0, max: 1000, unit: 'resources' },
    // The sweep releases them by itself after two sightings ten minutes apart.
    holdSeconds: 1200,
    clearSeconds: 0,
    meaning: 'AWS resources that belong to no destination are still billed, and the sweep has not released them.',
    action: 'Open Unused resources and release them, or delete them in the AWS console.',
  },
  notification_target_failing: {
    subject: 'deployment',
    severity: 'medium',
    title: 'Notification target keeps failing',
    signal: 'failingTargets',
    threshold: { is: 'above', default: 0, min: 0, max: 100, unit: 'targets' },
    holdSeconds: 0,
    clearSeconds: 0,
    meaning: 'A notification target does not accept messages. The people behind it are not called.',
    action: 'Open Notification targets, read the last answer and send a test.',
  },
  show_not_ready: {
    subject: 'deployment',
    severity: 'high',
    title: 'A show is not ready',
    signal: 'unreadyShows',
    threshold: { is: 'above', default: 0, min: 0, max: 100, unit: 'shows that start within the hour' },
    holdSeconds: 0,
    clearSeconds: 0,
    meaning:
      'The newest check of a show that starts within the hour failed where the show cannot do without, or the show could not start its source.',
    action: 'Open the show, do what its failed checks say, and check it again.',
  },
  channels_without_source: {
    subject: 'deployment',
    severity: 'medium',
    title: 'Channels run without a source',
    signal: 'unfed',
    holdSeconds: 0,
    clearSeconds: 0,
    meaning: 'Channels have run without a source for the minutes of the no-source limit. They are billed as on air.',
    action: 'Connect the encoder or stop what is not needed. Answer the question above the page if there is one.',
  },
  spend_half: {
    subject: 'money',
    severity: 'low',
    title: 'Half of the ceiling is spent',
    signal: 'spentPercent',
    threshold: { is: 'from', default: 50, min: 0, max: 1000, unit: '% of the ceiling' },
    holdSeconds: 0,
    clearSeconds: 0,
    meaning: 'Spending has reached half of the ceiling.',
    action: 'Compare with how much of the show or month is over.',
  },
  spend_most: {
    subject: 'money',
    severity: 'medium',
    title: 'Most of the ceiling is spent',
    signal: 'spentPercent',
    threshold: { is: 'from', default: 80, min: 0, max: 1000, unit: '% of the ceiling' },
    holdSeconds: 0,
    clearSeconds: 0,
    meaning: 'Spending is close to the ceiling.',
    action: 'Stop destinations that are not needed, or raise the ceiling.',
    inhibits: ['spend_half'],
  },
  spend_all: {
    subject: 'money',
    severity: 'high',
    title: 'The ceiling is spent',
    signal: 'spentPercent',
    threshold: { is: 'from', default: 100, min: 0, max: 1000, unit: '% of the ceiling' },
    holdSeconds: 0,
    clearSeconds: 0,
    meaning: 'Spending has reached the ceiling.',
    action: 'Stop destinations, or raise the ceiling.',
    inhibits: ['spend_half', 'spend_most'],
  },
} as const satisfies Record<string, IncidentRule>;

export type RuleId = keyof typeof INCIDENT_RULES;

export const RULE_IDS = Object.keys(INCIDENT_RULES) as RuleId[];

/** Returns the rule as its general type. */
export function ruleOf(rule: RuleId): IncidentRule {
  return INCIDENT_RULES[rule];
}

/** Returns true for the id of a rule. */
export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(INCIDENT_RULES, text);
}

/** Compares for most severe first. */
export function bySeverity(one: Severity, other: Severity): number {
  return SEVERITIES.indexOf(one) - SEVERITIES.indexOf(other);
}

/** Returns the next higher severity. */
export function raised(severity: Severity): Severity {
  return SEVERITIES[Math.max(0, SEVERITIES.indexOf(severity) - 1)]!;
}
