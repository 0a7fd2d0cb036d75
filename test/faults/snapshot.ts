import type { Snapshot } from './template.ts';
import type { World } from './world.ts';

/** Takes a world at rest to begin others from. Nothing may be under way. */
export function takeSnapshot(world: World): Snapshot {
  return {
    deployment: world.deployment,
    media: structuredClone(world.media),
    stepFunctions: world.template.stepFunctions,
    nowMs: world.clock.now(),
    kms: world.kms,
    items: structuredClone(world.items),
  };
}
