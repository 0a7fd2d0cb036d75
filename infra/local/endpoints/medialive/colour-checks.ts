/** The colours of a channel's pictures: what MediaLive refuses, and what the engine is to do. */
import type { H264Settings } from '@aws-sdk/client-medialive';

type Refuse = (elementPath: string, errorMessage: string) => void;

/** Checks the colour settings of one video description. */
export function checkColour(
  { ColorMetadata: metadata, ColorSpaceSettings: space }: H264Settings,
  path: string,
  refuse: Refuse,
): void {
  // The engine's encoder cannot leave it out.
  if (metadata === 'IGNORE') refuse(`${path}/colorMetadata`, 'outputs of this local endpoint state their colours');
  if (space === undefined) return;
  const kinds = Object.values(space).filter((kind) => kind !== undefined);
  if (kinds.length !== 1) refuse(`${path}/colorSpaceSettings`, 'exactly one color space is required');
  if (space.Rec601Settings)
    refuse(`${path}/colorSpaceSettings/rec601Settings`, 'this local endpoint converts to Rec. 709 only');
}

/** Returns whether the channel makes BT.709 of other colours. By default they pass unchanged. */
export function convertsToBt709(settings: H264Settings | undefined): boolean {
  return settings?.ColorSpaceSettings?.Rec709Settings !== undefined;
}
