import { getPlatform } from '../../presets/index.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { listHistory } from '../aws/history-table.ts';
import type { Destination, SourcePicture, TimelineEntry } from '../domain/destination.ts';
import { kindOf } from '../domain/destination-kind.ts';
import { checkKeyTerms } from '../domain/key-terms.ts';
import { isOnAir } from '../domain/health.ts';
import { parseIngestUrl } from '../domain/ingest-url.ts';
import type { ProbeResult } from '../domain/ingest-probe.ts';
import { failed, type Finding, type PreflightCheck, type PreflightCheckName } from '../domain/preflight.ts';
import {
  checkDuplicateKey,
  checkEncoding,
  checkKey,
  checkReachable,
  ON_AIR,
  ON_ITS_WAY,
} from '../domain/preflight-destination.ts';
import type { SourceFacts } from '../domain/preflight-source.ts';
import type { PreflightRequest } from './preflight-request.ts';
import type { PreflightWays } from './workflow-deps.ts';

/** The part of a preflight that looks at each destination: its server is tested, and its history read. */

type DestinationDeps = AwsDeps<'table', 'loopbackTargetsAllowed' | 'tableName'> & { preflight: PreflightWays };

interface DestinationFacts {
  request: PreflightRequest;
  all: readonly Destination[];
  source: (SourceFacts & { bitrateBps: number | null }) | null;
  checkedAt: Date;
}

/** Entries of a destination's history that are read, the newest. */
const ENTRIES_MAX = 100;
/** Histories read at once. */
const HISTORIES_AT_ONCE = 10;

/** Checks every chosen destination. */
export async function checkDestinations(deps: DestinationDeps, facts: DestinationFacts): Promise<PreflightCheck[]> {
  const { chosen, required, testMs } = facts.request;
  const test = createTest(deps, AbortSignal.timeout(testMs));
  const tests = chosen.map((record) => checkServers(deps, record, facts.checkedAt, test));
  const [servers, histories] = await Promise.all([Promise.all(tests), readHistories(deps, chosen)]);
  return chosen.flatMap((record, index) => {
    const { destinationId, name } = record;
    const subject = { kind: 'destination', id: destinationId, name } as const;
    const isRequired = required?.has(destinationId) ?? true;
    const findings: [PreflightCheckName, Finding][] = [
      ['encoding', checkEncoding(record, pictureNow(facts.source))],
      ...servers[index]!,
      ['key', checkKey(record, histories.get(destinationId) ?? [], facts.checkedAt)],
      ['duplicate_key', checkDuplicateKey(record, facts.all)],
      ...checkKeyTerms(record, facts.request.planned, facts.checkedAt),
    ];
    return findings.map(([check, found]) => ({ check, subject, isRequired, ...found }));
  });
}

function pictureNow(source: DestinationFacts['source']): { picture: SourcePicture | null; bitrateBps: number | null } {
  if (!source?.isFresh || source.connected !== true) return { picture: null, bitrateBps: null };
  return { picture: source.picture ?? null, bitrateBps: source.bitrateBps };
}

/** Tests one URL, or says why it must not be dialled. */
type Test = (record: Destination, url: string) => Promise<ProbeResult | Finding | null>;

/** Creates the test that all destinations share. Several destinations with one server meet it once. */
function createTest({ deployment, preflight: { probe } }: DestinationDeps, signal: AbortSignal): Test {
  const done = new Map<string, Promise<ProbeResult | null>>();
  return async (record, url) => {
    const platform = getPlatform(record.platform);
    const loopbackAllowed = deployment.loopbackTargetsAllowed;
    const parsed = parseIngestUrl(url, platform ? { loopbackAllowed, platform } : { loopbackAllowed });
    if (!parsed.ok) return failed(`${parsed.message}.`, `${parsed.remedy}.`);
    const { host, normalized, port } = parsed.url;
    const begun =
      done.get(normalized) ??
      (kindOf(record) === 'srt' ? probe.srt({ host, port }, signal) : probe.rtmp(normalized, signal));
    done.set(normalized, begun);
    return begun;
  };
}

async function checkServers(
  { preflight: { freshSeconds, probe } }: DestinationDeps,
  record: Destination,
  now: Date,
  test: Test,
): Promise<[PreflightCheckName, Finding][]> {
  const { backupRtmpUrl, rtmpUrl } = record;
  const urls: [PreflightCheckName, string][] = [['reachable', rtmpUrl]];
  if (backupRtmpUrl) urls.push(['backup_reachable', backupRtmpUrl]);
  if (record.desired === 'running' || (record.status !== 'idle' && record.status !== 'error')) {
    const found = isOnAir(record, now, freshSeconds) ? ON_AIR : ON_ITS_WAY;
    return urls.map(([check]) => [check, found]);
  }
  return Promise.all(
    urls.map(async ([check, url]): Promise<[PreflightCheckName, Finding]> => {
      const result = await test(record, url);
      return [check, result !== null && 'state' in result ? result : checkReachable(result, probe.from, now)];
    }),
  );
}

async function readHistories(
  deps: DestinationDeps,
  chosen: readonly Destination[],
): Promise<Map<string, TimelineEntry[]>> {
  const read = new Map<string, TimelineEntry[]>();
  for (let index = 0; index < chosen.length; index += HISTORIES_AT_ONCE) {
    const batch = chosen.slice(index, index + HISTORIES_AT_ONCE);
    const rows = await Promise.all(batch.map(({ destinationId }) => listHistory(deps, destinationId, ENTRIES_MAX)));
    batch.forEach(({ destinationId }, place) => {
      read.set(
        destinationId,
        rows[place]!.flatMap(({ entry }) => entry ?? []),
      );
    });
  }
  return read;
}
