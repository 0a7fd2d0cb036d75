import { isSrtPlatform } from '../../presets/index.ts';
import type { Destination, DestinationKind, HeldResource } from './destination.ts';

/** Returns what delivers a destination: a channel of MediaLive, or an SRT output of the flow alone. */
export function kindOf({ platform }: Pick<Destination, 'platform'>): DestinationKind {
  return isSrtPlatform(platform) ? 'srt' : 'channel';
}

/** What each kind holds while it runs, in the order of creation. */
export const HELD_BY_KIND: Record<DestinationKind, readonly HeldResource[]> = {
  channel: ['input', 'channel', 'flowOutput', 'channelRun'],
  srt: ['secret', 'flowOutput'],
};
