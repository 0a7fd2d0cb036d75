import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '../../../infra/aws/functions.ts';
import { bundleEntry, type Bundle } from './bundle.ts';
import { bundleFloor } from './floor.ts';

/**
 * How much larger a bundle may be than its floor. The API's own floor counts all libraries its code imports: zod and
 * @hono/zod-openapi are what its routes are written in, as Hono is, and their 0.6 MB hold nothing of ours that could be
 * slimmed. The other functions are measured against the SDK alone.
 */
export const BYTES_RATIO_MAX = 1.25;

/** A function's bundle and what it is compared with. */
export interface MeasuredBundle {
  name: FunctionName;
  bundle: Bundle;
  floors: { sdk: Bundle; libraries: Bundle };
  /** The floor the gate is about. */
  gatedBy: 'sdk' | 'libraries';
}

/** Bundles all functions and their floors. */
export async function measureBundles(): Promise<MeasuredBundle[]> {
  const measured: MeasuredBundle[] = [];
  for (const name of FUNCTION_NAMES) {
    const { entry } = FUNCTIONS[name];
    const bundle = await bundleEntry(entry);
    const floors = { sdk: await bundleFloor(entry, 'sdk'), libraries: await bundleFloor(entry, 'libraries') };
    measured.push({ name, bundle, floors, gatedBy: name === 'api' ? 'libraries' : 'sdk' });
  }
  return measured;
}
