import { channelClassOf } from './backup-ingest.ts';
import type { Destination } from './destination.ts';
import { kindOf } from './destination-kind.ts';
import type { NotificationTarget } from './notification-target.ts';
import { failed, notPossible, passed, warning, type Finding } from './preflight.ts';
import type { FlowFacts } from './preflight-source.ts';

/** The checks of what destinations share: addresses, quotas, space, notification targets. */

/**
 * Whether channels accept the address that the flow sends from.
 * @param allowed IPv4 blocks of the input security group; null when they cannot be read here
 */
export function checkEgress(flow: FlowFacts | null, allowed: readonly string[] | null): Finding {
  if (allowed === null) {
    return notPossible(
      'Only the workflow may read the input security group.',
      'The check before a show reads it. Each start of a destination allows the address.',
    );
  }
  if (!flow?.egressIp) return notPossible('The flow has no address yet.', 'Start the flow, then check again.');
  if (allowed.includes(`${flow.egressIp}/32`)) return passed('Channels accept the address of the flow.');
  return warning(
    `The input security group does not contain ${flow.egressIp}, the address of the flow.`,
    'The sweep adds it within five minutes, and so does each start of a destination. If it stays missing, look at the log of the sweep.',
  );
}

/** Whether the flow has room for the outputs that are still missing. */
export function checkFlowOutputs(flow: FlowFacts | null, chosen: readonly Destination[]): Finding {
  if (flow === null) return notPossible('The flow could not be read.', 'Try again.');
  const needed = chosen
    .filter(({ held }) => !held.flowOutput)
    .reduce((sum, record) => sum + (channelClassOf(record) === 'STANDARD' ? 2 : 1), 0);
  const total = flow.outputsUsed + needed;
  const used = `${flow.outputsUsed} of ${flow.outputsMax} outputs of the flow are used`;
  if (total <= flow.outputsMax) return passed(`${used}, and ${needed} more are needed.`);
  return failed(`${used}, but ${needed} more are needed.`, 'Stop other destinations, or leave some out.');
}

export interface QuotaFacts {
  channelQuota: number;
  pushInputQuota: number;
}

/** Whether the account’s quotas leave room for the channels and inputs that are still missing. */
export function checkQuotas(
  { channelQuota, pushInputQuota }: QuotaFacts,
  all: readonly Destination[],
  chosen: readonly Destination[],
): Finding {
  const encoded = chosen.filter((record) => kindOf(record) === 'channel');
  const channels = count(all, 'channel') + encoded.length - count(encoded, 'channel');
  const inputs = count(all, 'input') + encoded.length - count(encoded, 'input');
  const text = `${channels} of ${channelQuota} channels and ${inputs} of ${pushInputQuota} push inputs`;
  if (channels > channelQuota || inputs > pushInputQuota) {
    const remedy = 'Delete what is not needed, leave destinations out, or ask AWS for a higher quota.';
    return failed(`The start needs ${text}.`, remedy);
  }
  return passed(`After the start ${text} are used. Other users of the account are not counted.`);
}

function count(records: readonly Destination[], held: 'channel' | 'input'): number {
  return records.filter((record) => record.held[held]).length;
}

/** The disk with the recordings. */
export interface DiskFacts {
  freeBytes: number;
  isLow: boolean;
  isFull: boolean;
}

/** Whether recordings have room. @param disk null: not measured; undefined: they go to S3 */
export function checkRecordingSpace(disk: DiskFacts | null | undefined): Finding {
  if (disk === undefined) return passed('Recordings are kept in S3, which has no limit of space.');
  if (disk === null) return notPossible('The disk is not measured yet.', 'Check again in a few seconds.');
  const free = `${(disk.freeBytes / 1e9).toFixed(1)} GB are free`;
  if (disk.isFull) return failed(`Nothing more is recorded: ${free}.`, 'Delete recordings or other files.');
  if (disk.isLow) return warning(`The disk is nearly full: ${free}.`, 'Delete recordings or other files.');
  return passed(`${free} for recordings.`);
}

/** Whether a notification target accepted its last message. */
export function checkNotificationTarget({
  failuresInSequence,
  lastDelivery,
}: Pick<NotificationTarget, 'failuresInSequence' | 'lastDelivery'>): Finding {
  if (!lastDelivery) return notPossible('No message has been sent to it yet.', 'Send it a test message.');
  if (failuresInSequence > 0 || !lastDelivery.isAccepted) {
    const answer = lastDelivery.status === null ? 'no answer' : `answer ${lastDelivery.status}`;
    return warning(`It did not accept the last message (${answer}).`, 'Check its address, and send a test message.');
  }
  return passed(`It accepted a message at ${lastDelivery.at}.`);
}
