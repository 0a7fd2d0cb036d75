import type { SetSourceRequest, Source } from '@aws-sdk/client-mediaconnect';
import { blockOf } from '../../../../functions/domain/ipv4-block.ts';
import { isSourcePort, SOURCE_PORTS_ALLOWED } from '../../../../functions/domain/source-port.ts';
import type { SourceListener } from '../../engine/contract.ts';
import { LOCAL_IP } from '../media/feeds.ts';
import { toArn } from '../media/identifiers.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { FlowRecord, SourceRecord } from '../media/media-state.ts';
import { DEFAULT_LATENCY_MS, readPassphrase } from '../media/srt-callers.ts';
import { badRequest } from '../wire/aws-error.ts';

/** MediaConnect's limit with failover. */
const SOURCES_MAX = 2;

/** Assigns a new source its ARN. @param flowName its name if it has none */
export function toSourceRecord(context: MediaContext, source: SetSourceRequest, flowName: string): SourceRecord {
  const name = source.Name ?? flowName;
  return { ...source, Name: name, arn: toArn('mediaconnect', `source:1-${context.identifiers.hex(16)}:${name}`) };
}

/** Describes a source as MediaConnect does. */
export function toSource(source: SourceRecord): Source {
  return {
    SourceArn: source.arn,
    Name: source.Name!,
    Description: source.Description,
    IngestIp: LOCAL_IP,
    IngestPort: source.IngestPort,
    WhitelistCidr: source.WhitelistCidr,
    Decryption: source.Decryption,
    Transport: {
      Protocol: source.Protocol,
      MinLatency: source.MinLatency ?? DEFAULT_LATENCY_MS,
      MaxBitrate: source.MaxBitrate,
    },
  };
}

/** Returns what the engine has to open for a source; null when its secret cannot be read. */
export function toListener(context: MediaContext, source: SourceRecord): SourceListener | null {
  const passphrase = readPassphrase(context, source.Decryption);
  if (passphrase === null) return null;
  const { WhitelistCidr: allowed = ANY_ADDRESS } = source;
  return {
    ingestPort: source.IngestPort!,
    listenHost: context.listenHost ?? (allowed.startsWith('127.') ? '127.0.0.1' : '0.0.0.0'),
    latencyMs: source.MinLatency ?? DEFAULT_LATENCY_MS,
    ...(allowed === ANY_ADDRESS ? {} : { allowed }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

const ANY_ADDRESS = '0.0.0.0/0';

/**
 * Validates the sources of a flow, each on its own and together, with its failover.
 * @throws {AwsError} BadRequestException
 */
export function checkSources({ sources, failover }: Pick<FlowRecord, 'sources' | 'failover'>): void {
  if (sources.length === 0) throw badRequest('a flow needs a source');
  for (const source of sources) checkSource(source);
  if (sources.length > SOURCES_MAX) throw badRequest(`a flow has at most ${SOURCES_MAX} sources`);
  if (sources.length > 1 && failover?.state !== 'ENABLED') {
    throw badRequest('a flow has one source unless the State of its SourceFailoverConfig is ENABLED');
  }
  const [first, second] = sources;
  if (second !== undefined) checkPair(first!, second);
  const { primarySource: primary } = failover ?? {};
  if (primary !== undefined && !sources.some(({ Name }) => Name === primary)) {
    throw badRequest(`SourcePriority.PrimarySource must be the name of a source of the flow, not ${primary}`);
  }
}

function checkPair(first: SourceRecord, second: SourceRecord): void {
  if (first.Name === second.Name) throw badRequest(`the flow already has a source named ${first.Name}`);
  if (first.Protocol !== second.Protocol) throw badRequest('both sources of a flow must have the same Protocol');
  if (first.IngestPort === second.IngestPort) {
    throw badRequest(`Source.IngestPort ${first.IngestPort} is used by source ${first.Name}: give each its own port`);
  }
}

function checkSource(source: SetSourceRequest): void {
  if (source.Protocol !== 'srt-listener') {
    throw badRequest('Source.Protocol must be srt-listener: this local endpoint takes no other');
  }
  const { IngestPort: port, MinLatency: latency } = source;
  if (port === undefined || !isSourcePort(port)) {
    throw badRequest(`Source.IngestPort must be ${SOURCE_PORTS_ALLOWED}`);
  }
  if (latency !== undefined && (latency < 100 || latency > 15_000)) {
    throw badRequest('Source.MinLatency must be from 100 to 15000 ms');
  }
  if (source.WhitelistCidr !== undefined && blockOf(source.WhitelistCidr) !== source.WhitelistCidr) {
    throw badRequest(
      'Source.WhitelistCidr must be an IPv4 block such as 203.0.113.0/24, with no bits behind its prefix',
    );
  }
  const { Decryption: decryption } = source;
  if (decryption !== undefined && (decryption.KeyType !== 'srt-password' || !decryption.SecretArn)) {
    throw badRequest("Source.Decryption of an SRT listener needs KeyType 'srt-password' and a SecretArn");
  }
  // The encoder chooses the key length, so MediaConnect has no algorithm to set. [CloudFormation:
  // AWS::MediaConnect::Flow Encryption]
  if (decryption?.Algorithm !== undefined) {
    throw badRequest('Source.Decryption.Algorithm must be left out when KeyType is srt-password');
  }
}
