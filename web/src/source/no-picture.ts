import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import type { PrimaryMode } from '../../../functions/domain/primary-mode.ts';

/** MediaConnect takes no pictures of a flow with more outputs. */
const PICTURES_OUTPUTS_MAX = 10;

/** MediaConnect's thumbnail has no parameter for the source. */
export const NO_STANDBY_PICTURE_ON_AWS = 'AWS takes pictures of the source in use only.';

const NOT_CONNECTED: Record<Exclude<FlowStatusResource['source']['state'], 'connected'>, string> = {
  off: 'The source is off',
  waiting: 'No picture until an encoder connects',
  failed: 'No picture',
};

/**
 * Explains why the source card shows no picture. Pure.
 * @param mode mode of the preview; undefined while unknown
 */
export function explainNoPicture(
  { source, outputs }: { source: { state: FlowStatusResource['source']['state'] }; outputs: { used: number } },
  mode: PrimaryMode | undefined,
): string {
  if (source.state !== 'connected') return NOT_CONNECTED[source.state];
  if (mode !== 'off') return 'Waiting for the picture';
  if (outputs.used <= PICTURES_OUTPUTS_MAX) return 'The preview is off. Waiting for a picture of the source';
  return `The preview is off, and AWS takes no pictures of a source with more than ${PICTURES_OUTPUTS_MAX} outputs. Turn the preview on`;
}

/** Explains why there is no picture of a source that is not in use. Pure. */
export function explainNoStandbyPicture({ isConnected }: { isConnected: boolean | null }, isFlowUp: boolean): string {
  if (!isFlowUp) return NOT_CONNECTED.off;
  return isConnected === false ? 'No picture until its encoder connects' : 'Waiting for the picture';
}
