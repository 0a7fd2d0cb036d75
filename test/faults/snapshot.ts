import type { Snapshot } from './template.ts';
import type { World } from './world.ts';

/** Takes a snapshot of a world at rest, from which other worlds can begin. Nothing may be in progress. */
export function takeSnapshot(world: World): Snapshot {
  return {
    deployment: world.deployment,
    objects: world.objects,
    media: structuredClone(world.media),
    stepFunctions: world.template.stepFunctions,
    nowMs: world.clock.now(),
    kms: world.kms,
    items: structuredClone(world.items),
  };
}
