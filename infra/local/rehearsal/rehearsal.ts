import type { SimulatedFault, Rehearsal } from '../../../functions/api/rehearsal.ts';
import type { Destination } from '../../../functions/domain/destination.ts';
import {
  NOTHING_REHEARSED,
  REHEARSED_CHANNEL_FAULTS,
  type MediaEngine,
  type RehearsedChannelFault,
  type RehearsedFaults,
} from '../engine/contract.ts';
import type { MediaHooks } from '../endpoints/media/media-context.ts';
import { AwsError } from '../endpoints/wire/aws-error.ts';

/**
 * Simulates failures: the engine loses sources and platforms, the media endpoints throttle and fail starts. Nothing is
 * kept across a restart, so that yesterday's rehearsal surprises no operator.
 */
export interface LocalRehearsal extends Rehearsal {
  /** Hooks for the media endpoints. */
  hooks: Pick<MediaHooks, 'around' | 'planTransition'>;
  /** Sends the engine the faults of the destinations' current channels. Call it regularly, because channels change. */
  refresh(): Promise<void>;
}

/** Refused calls out of ten while AWS throttles. Steps still succeed, slowly. */
const REFUSED_OF_TEN = 7;
const THROTTLED_SERVICES = ['mediaconnect', 'medialive'];

interface RehearsalOptions {
  engine: Pick<MediaEngine, 'rehearse' | 'report'>;
  listDestinations: () => Promise<Destination[]>;
}

/** Creates a rehearsal without faults. */
export function createRehearsal({ engine, listDestinations }: RehearsalOptions): LocalRehearsal {
  const faults = new Map<string, SimulatedFault>();
  let calls = 0;
  let given = JSON.stringify(NOTHING_REHEARSED);

  const isActive = (name: SimulatedFault['fault']) => [...faults.values()].some(({ fault }) => fault === name);

  /** Converts the faults to the engine's form: by flow and by channel. */
  function describe(records: Destination[], flowArns: string[]): RehearsedFaults {
    const channels: Record<string, RehearsedChannelFault> = {};
    for (const { fault, destinationId } of faults.values()) {
      const held = records.find((record) => record.destinationId === destinationId)?.held.channel;
      if (held && isChannelFault(fault)) channels[held.channelId] = fault;
    }
    return {
      lostFlowArns: isActive('source_lost') ? flowArns : [],
      lossyFlowArns: isActive('source_lossy') ? flowArns : [],
      channels,
    };
  }

  async function refresh(): Promise<void> {
    const isOnDestinations = [...faults.values()].some(({ destinationId }) => destinationId !== null);
    const records = isOnDestinations ? await listDestinations() : [];
    const flowArns = engine.report().sources.map(({ flowArn }) => flowArn);
    const wanted = describe(records, flowArns);
    const key = JSON.stringify(wanted);
    if (key === given) return;
    given = key;
    await engine.rehearse(wanted);
  }

  return {
    active: () => [...faults.values()],
    async switch(fault, isOn) {
      if (isOn) endOthers(faults, fault);
      if (isOn) faults.set(keyOf(fault), fault);
      else faults.delete(keyOf(fault));
      await refresh();
    },
    refresh,
    hooks: {
      async around(call, proceed) {
        const isRefused = THROTTLED_SERVICES.includes(call.service) && isActive('aws_throttled');
        if (isRefused && calls++ % 10 < REFUSED_OF_TEN) {
          throw new AwsError('TooManyRequestsException', 429, 'Too Many Requests: a rehearsal');
        }
        return proceed();
      },
      planTransition({ kind, from, to }) {
        return kind === 'channels' && from === 'STARTING' && to === 'RUNNING' && isActive('start_failed')
          ? { to: 'IDLE' }
          : undefined;
      },
    },
  };
}

/** Ends the other faults of the same destination: a platform has one fault at a time. */
function endOthers(faults: Map<string, SimulatedFault>, { destinationId }: SimulatedFault): void {
  if (destinationId === null) return;
  for (const [key, other] of faults) if (other.destinationId === destinationId) faults.delete(key);
}

function keyOf({ fault, destinationId }: SimulatedFault): string {
  return `${fault} ${destinationId ?? ''}`;
}

function isChannelFault(fault: SimulatedFault['fault']): fault is RehearsedChannelFault {
  return (REHEARSED_CHANNEL_FAULTS as readonly string[]).includes(fault);
}
