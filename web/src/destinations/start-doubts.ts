import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';

/** Warnings before a start. */
interface StartDoubts {
  /** One sentence each; empty when nothing speaks against the start. */
  doubts: string[];
  /** Destinations that can start, in the given order; the others would find no free output. */
  startable: readonly DestinationResource[];
}

/**
 * Predicts problems of a start before it costs anything. Pure.
 * @param flow undefined while unknown; then there are no doubts
 */
export function doubtStart(
  concerned: readonly DestinationResource[],
  flow: FlowStatusResource | undefined,
): StartDoubts {
  if (!flow) return { doubts: [], startable: concerned };
  const startable = withOutputs(concerned, flow.outputs);
  const doubts: string[] = [];
  if (flow.source.state !== 'connected') {
    const isBilled = concerned.some(({ cost }) => cost.isBilled);
    doubts.push(`${NO_SOURCE[flow.source.state]}${isBilled ? ' Waiting channels are still billed.' : ''}`);
  }
  if (startable.length < concerned.length) {
    const { used, limit } = flow.outputs;
    const free = Math.max(0, limit - used);
    doubts.push(
      free === 0
        ? `All ${limit} outputs of the source are in use. Stop a destination first.`
        : `Only ${free} of the source’s ${limit} outputs ${free === 1 ? 'is' : 'are'} free: ${startable.length} of ${concerned.length} can start.`,
    );
  }
  return { doubts, startable };
}

const NO_SOURCE: Record<Exclude<FlowStatusResource['source']['state'], 'connected'>, string> = {
  off: 'The source is off. Nothing goes on air until you start it and an encoder connects.',
  waiting: 'No encoder is connected. Nothing goes on air until one is.',
  failed: 'The source has failed. Nothing goes on air until it recovers.',
};

/** Limits destinations to the free outputs; one that holds an output needs no other. */
function withOutputs(
  concerned: readonly DestinationResource[],
  { used, limit }: FlowStatusResource['outputs'],
): DestinationResource[] {
  let free = Math.max(0, limit - used);
  return concerned.filter(({ mediaConnectOutputArn }) => mediaConnectOutputArn !== null || free-- > 0);
}
