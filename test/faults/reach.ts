import type { World } from './world.ts';

const READY_WITHIN_MS = 900_000;

/** Advances a world until a workflow can begin in it. @throws when it does not get ready within 15 minutes */
export async function reach(world: World, condition: () => boolean): Promise<void> {
  if (!(await world.until(condition, READY_WITHIN_MS))) throw new Error('the world did not get ready');
}
