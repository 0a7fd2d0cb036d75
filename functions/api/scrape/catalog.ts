import type { Family } from './write-exposition.ts';

/** Every metric of `GET /metrics`. The README lists the same names, which a test compares. */

const DESTINATION = ['destination_id', 'name'] as const;
const gauge = (name: string, help: string, labels: readonly string[] = [], unit?: string): Family => ({
  name,
  type: 'gauge',
  help,
  labels,
  ...(unit !== undefined && { unit }),
});

export const CATALOG = {
  build: { name: 'sluice_build_info', type: 'info', help: 'Version of Sluice.', labels: ['version'] },
  readable: gauge('sluice_part_readable', '1 when this part could be read; 0: its metrics are missing.', ['part']),

  destinationState: gauge('sluice_destination_state', '1 for the present state, 0 for the others.', [
    ...DESTINATION,
    'state',
  ]),
  destinationHealth: gauge('sluice_destination_health', '1 for the present level of health, 0 for the others.', [
    ...DESTINATION,
    'level',
  ]),
  destinationDesired: gauge('sluice_destination_desired_running', '1 when it should be running.', DESTINATION),
  destinationOnAir: gauge(
    'sluice_destination_on_air',
    '1 when it is running, good and recently observed.',
    DESTINATION,
  ),
  destinationBitrate: gauge(
    'sluice_destination_bitrate_bits_per_second',
    'Newest observed output bitrate.',
    DESTINATION,
    'bits_per_second',
  ),
  destinationFrames: gauge(
    'sluice_destination_frames_per_second',
    'Newest observed output frame rate.',
    DESTINATION,
    'frames_per_second',
  ),
  // No counter: neither MediaLive nor the engine counts from the start of a run.
  destinationDropped: gauge(
    'sluice_destination_dropped_frames',
    'Frames that the encoder left out or the platform did not take, in the newest observation: 5 seconds on one machine, minutes on AWS.',
    DESTINATION,
    'frames',
  ),
  destinationResent: gauge(
    'sluice_destination_resent_packets_ratio',
    'Share of packets that had to be sent again, from 0 to 1; SRT only.',
    DESTINATION,
    'ratio',
  ),
  destinationRoundTrip: gauge(
    'sluice_destination_round_trip_seconds',
    'Round trip to the receiver; SRT only.',
    DESTINATION,
    'seconds',
  ),
  destinationRunningSince: gauge(
    'sluice_destination_running_since_timestamp_seconds',
    'When the present run began, in Unix time.',
    DESTINATION,
    'seconds',
  ),
  destinationCost: gauge(
    'sluice_destination_cost_per_hour_usd',
    'What it costs per hour now, by list prices; a lower bound where a price is unknown.',
    DESTINATION,
    'usd',
  ),

  sourceState: gauge('sluice_source_state', '1 for the present state, 0 for the others.', ['state']),
  sourceBitrate: gauge(
    'sluice_source_bitrate_bits_per_second',
    'Bitrate of the connected encoder.',
    [],
    'bits_per_second',
  ),
  sourceLoss: gauge(
    'sluice_source_packet_loss_ratio',
    'Share of packets lost before SRT recovers them, from 0 to 1.',
    [],
    'ratio',
  ),
  sourceRoundTrip: gauge('sluice_source_round_trip_seconds', 'Round trip to the encoder.', [], 'seconds'),

  incidents: gauge('sluice_incidents_open', 'Open and acknowledged incidents, without drills.', ['severity']),

  costPerHour: gauge(
    'sluice_cost_per_hour_usd',
    'Estimated cost per hour now, by list prices; a lower bound unless complete.',
    [],
    'usd',
  ),
  costToday: gauge(
    'sluice_cost_today_usd',
    'Estimated cost since midnight UTC; a lower bound unless complete.',
    [],
    'usd',
  ),
  costComplete: gauge('sluice_cost_complete', '1 when every price in the costs is known.'),
  costBilled: gauge('sluice_cost_billed', '1 on AWS; 0 on one machine, where costs are those of AWS for the same.'),

  processStart: gauge(
    'process_start_time_seconds',
    'When the process started, in Unix time; one machine only.',
    [],
    'seconds',
  ),
  processMemory: gauge('process_resident_memory_bytes', 'Resident memory; one machine only.', [], 'bytes'),
  processCpu: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    unit: 'seconds',
    help: 'User and system CPU time; one machine only.',
    labels: [],
  },
} as const satisfies Record<string, Family>;

export type MetricKey = keyof typeof CATALOG;
