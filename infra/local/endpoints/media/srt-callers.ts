/** The SRT receivers that flows call. */
import type { Encryption } from '@aws-sdk/client-mediaconnect';
import type { SrtReceiver } from '../../engine/contract.ts';
import type { MediaContext } from './media-context.ts';
import type { FlowOutputRecord, FlowRecord } from './media-state.ts';

/** The least latency of an SRT connection that names none, in milliseconds. */
export const DEFAULT_LATENCY_MS = 2000;

/** Returns true for an enabled output that calls a receiver. */
export const isCaller = ({ Protocol, OutputStatus }: FlowOutputRecord) =>
  Protocol === 'srt-caller' && OutputStatus !== 'DISABLED';

/** Returns what a running flow calls: its enabled outputs whose secrets can be read. */
export function callersOf(context: MediaContext, flow: FlowRecord): SrtReceiver[] {
  return flow.outputs.filter(isCaller).flatMap((output) => {
    const passphrase = readPassphrase(context, output.Encryption);
    if (passphrase === null) return [];
    return [
      {
        outputArn: output.arn,
        address: output.Destination!,
        port: output.Port!,
        latencyMs: output.MinLatency ?? DEFAULT_LATENCY_MS,
        ...(output.StreamId === undefined ? {} : { streamId: output.StreamId }),
        ...(passphrase === undefined ? {} : { passphrase }),
      },
    ];
  });
}

/**
 * Reads the passphrase of a source or an output: undefined if it is not encrypted, null if its secret is missing or not
 * a valid one.
 */
export function readPassphrase(context: MediaContext, encryption: Encryption | undefined): string | null | undefined {
  if (encryption === undefined) return undefined;
  const { SecretArn: secretArn = '' } = encryption;
  const kept = Object.values(context.state.secrets).find(({ arn }) => arn === secretArn)?.value;
  const passphrase = kept ?? context.hooks.resolveSecret?.(secretArn);
  return passphrase !== undefined && passphrase.length >= 10 && passphrase.length <= 79 ? passphrase : null;
}
