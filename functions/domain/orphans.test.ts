import { expect, it } from 'vitest';
import { HELD_RESOURCES } from './destination.ts';
import { ORPHAN_RESOURCES } from './orphans.ts';

it('orphans of every kind of held resource are released, in the order of the way down', () => {
  const resources = HELD_RESOURCES.filter((resource) => resource !== 'channelRun');
  expect(ORPHAN_RESOURCES).toEqual(resources.toReversed());
});
