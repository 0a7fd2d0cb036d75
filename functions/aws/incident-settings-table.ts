import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isRuleId } from '../domain/incident-rules.ts';
import {
  DEFAULT_INCIDENT_SETTINGS,
  type IncidentMute,
  type IncidentSettings,
  type RuleChanges,
} from '../domain/incident-settings.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';
import { getRevised, putRevised } from './revised-item.ts';

/**
 * What the rules of incidents are set to, mutes, and when the monitor and the sweep last ran: one partition, so that an
 * evaluation reads it with one Query.
 */

const PARTITION = 'INCIDENT-SETTINGS';
const COMMON = 'deployment';
const OF_DESTINATION = 'destination#';
const MUTE = 'mute#';
const RUN = 'run#';

/** Settings that are changed together. */
export interface StoredRules {
  rules: RuleChanges;
  escalateAfterSeconds: number | null;
  /** Counts changes; each write is conditional on the count it read. */
  revision: number;
}

const NO_RULES: StoredRules = {
  rules: {},
  escalateAfterSeconds: DEFAULT_INCIDENT_SETTINGS.escalateAfterSeconds,
  revision: 0,
};

/** Schedules whose silence is an incident. */
export type ScheduleName = 'monitor' | 'sweep';

/** What the last run of a schedule found out. */
export interface ScheduleRun {
  ranAt: string;
  orphans?: number;
  /** Notification targets that do not accept messages. */
  failingTargets?: number;
  /** Shows that start soon and whose newest preflight failed. */
  unreadyShows?: number;
  egressBlocked?: boolean;
}

export interface IncidentCircumstances {
  settings: IncidentSettings;
  runs: Partial<Record<ScheduleName, ScheduleRun>>;
}

/** Reads the settings, all mutes and the last runs. */
export async function readIncidentCircumstances(deps: TableDeps): Promise<IncidentCircumstances> {
  const rows = await queryPartition(deps, PARTITION);
  const common = (rows.find(({ sk }) => sk === COMMON)?.item ?? NO_RULES) as unknown as StoredRules;
  const below = (prefix: string) =>
    rows.filter(({ sk }) => sk.startsWith(prefix)).map(({ sk, item }) => [sk.slice(prefix.length), item] as const);
  return {
    settings: {
      rules: common.rules,
      escalateAfterSeconds: common.escalateAfterSeconds,
      destinations: Object.fromEntries(below(OF_DESTINATION).map(([id, { rules }]) => [id, rules as RuleChanges])),
      mutes: below(MUTE).map(([, mute]) => toMute(mute)),
    },
    runs: Object.fromEntries(below(RUN).map(([name, run]) => [name, run as unknown as ScheduleRun])),
  };
}

function toMute({ expiresAt: _expiresAt, ...item }: Record<string, unknown>): IncidentMute {
  const mute = item as unknown as IncidentMute;
  return mute.rule !== null && !isRuleId(mute.rule) ? { ...mute, rule: null, until: mute.createdAt } : mute;
}

const keyOfRules = (destinationId: string | null) => ({
  pk: PARTITION,
  sk: destinationId === null ? COMMON : `${OF_DESTINATION}${destinationId}`,
});

/** Reads the settings of the deployment, or those of one destination. */
export async function getStoredRules(deps: TableDeps, destinationId: string | null): Promise<StoredRules> {
  return (await getRevised<StoredRules>(deps, keyOfRules(destinationId))) ?? NO_RULES;
}

/** Stores settings. @returns false when another process has changed them since they were read */
export async function putStoredRules(
  deps: TableDeps,
  destinationId: string | null,
  before: StoredRules,
  after: Omit<StoredRules, 'revision'>,
): Promise<boolean> {
  const known = before.revision === 0 ? null : before;
  return (await putRevised(deps, keyOfRules(destinationId), known, after)) !== null;
}

/** A mute that has ended is kept for a day, so that the people it concerned can still see it. */
const MUTE_KEPT_SECONDS = 86_400;

/** Stores a mute. */
export async function putMute({ clients, deployment }: TableDeps, mute: IncidentMute): Promise<void> {
  const expiresAt = Math.floor(Date.parse(mute.until) / 1000) + MUTE_KEPT_SECONDS;
  await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: { pk: PARTITION, sk: `${MUTE}${mute.muteId}`, ...mute, expiresAt },
    }),
  );
}

/** Ends a mute. @returns false when there is none */
export async function deleteMute({ clients, deployment }: TableDeps, muteId: string): Promise<boolean> {
  const { Attributes: before } = await clients.table.send(
    new DeleteCommand({
      TableName: deployment.tableName,
      Key: { pk: PARTITION, sk: `${MUTE}${muteId}` },
      ReturnValues: 'ALL_OLD',
    }),
  );
  return before !== undefined;
}

/** Records that a schedule has run. */
export async function putScheduleRun(
  { clients, deployment }: TableDeps,
  name: ScheduleName,
  run: ScheduleRun,
): Promise<void> {
  await clients.table.send(
    new PutCommand({ TableName: deployment.tableName, Item: { pk: PARTITION, sk: `${RUN}${name}`, ...run } }),
  );
}
