import type { AwsEvent } from '../../infra/local/endpoints/wire/local-service.ts';
import type { Random } from './random.ts';
import { flowOf, type World } from './world.ts';

/** Disturbs the delivery of events and forges events. No event may decide anything by itself. */

const FORGED_SHARE_OF_REQUESTS = 0.1;

/** Drops, repeats, delays and reorders events. */
export function mistreatEvents(world: World, random: Random): void {
  world.planDelivery = () => {
    const kind = random.next();
    if (kind < 0.15) return [];
    if (kind < 0.3) return [0, random.integer(0, 60_000)];
    if (kind < 0.45) return [random.integer(1_000, 30_000)];
    if (kind < 0.5) return [random.integer(600_000, 1_800_000)];
    return [random.integer(0, 500)];
  };
}

/** Occasionally puts a forged event on the bus, or a burst of them. */
export function forgeEvents(world: World, random: Random): void {
  if (!random.chance(FORGED_SHARE_OF_REQUESTS)) return;
  const count = random.chance(0.1) ? 100 : 1;
  const event = random.pick(FORGERIES)(world, random);
  for (let sent = 0; sent < count; sent++) world.putEvent(event);
}

const FORGERIES: ((world: World, random: Random) => AwsEvent)[] = [
  // Claims a state that the channel does not have.
  (world, random) => {
    const arns = Object.values(world.media.channels).map(({ arn }) => arn);
    const arn = arns.length > 0 ? random.pick(arns) : channelArn('404');
    return makeEvent(world, { resources: [arn], detail: { state: random.pick(['RUNNING', 'DELETED', 'IDLE']) } });
  },
  (world) => makeEvent(world, { resources: [channelArn('999999')] }),
  (world) => makeEvent(world, { account: '111122223333' }),
  (world) => makeEvent(world, { source: 'another.source' }),
  (world) => makeEvent(world, { resources: [], detail: {} }),
  (world) => makeEvent(world, { time: '2020-01-01T00:00:00Z' }),
  (world) =>
    makeEvent(world, {
      source: 'aws.mediaconnect',
      'detail-type': 'MediaConnect Flow Status Change',
      resources: [flowOf(world).id],
      detail: { currentStatus: 'STANDBY' },
    }),
  () => ({ nothing: 'of the kind' }) as unknown as AwsEvent,
];

const channelArn = (id: string) => `arn:aws:medialive:us-east-1:000000000000:channel:${id}`;

function makeEvent(world: World, change: Partial<AwsEvent>): AwsEvent {
  return {
    version: '0',
    id: '00000000-0000-4000-8000-000000000000',
    source: 'aws.medialive',
    'detail-type': 'MediaLive Channel State Change',
    account: '000000000000',
    region: 'us-east-1',
    time: new Date(world.clock.now()).toISOString(),
    resources: [channelArn('404')],
    detail: { channel_arn: channelArn('404'), state: 'RUNNING', pipeline: '0' },
    ...change,
  };
}
