import type { SlateImage } from '../../engine/contract.ts';
import { command } from '../media/engine-commands.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { ChannelRecord } from '../media/media-state.ts';
import { provideImage, readImage, STATIC_IMAGE_KINDS } from './images.ts';

/** Sends the engine the image over the channel's output; with several layers, the one on top. */
export function showImage(context: MediaContext, channel: ChannelRecord): void {
  command(context, channel.id, () => context.engine.coverChannel(channel.id, imageOf(context, channel)));
}

function imageOf(context: MediaContext, { staticImages = {} }: ChannelRecord): SlateImage | null {
  const top = Object.keys(staticImages).toSorted().at(-1);
  if (top === undefined) return null;
  const found = readImage(context, staticImages[top]!, STATIC_IMAGE_KINDS);
  return 'refused' in found ? null : { kind: 'file', path: provideImage(context, found) };
}
