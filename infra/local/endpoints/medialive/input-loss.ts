/** What MediaLive sends while its input is lost: the checks of the settings, and what the engine gets of them. */
import type { EncoderSettings, InputLossBehavior } from '@aws-sdk/client-medialive';
import type { InputLoss, SlateImage } from '../../engine/contract.ts';
import type { MediaContext } from '../media/media-context.ts';
import { provideImage, readImage, type ImageFacts } from './images.ts';

/** "A value of 1,000,000 is interpreted as an infinite time." [medialive API, InputLossBehavior] */
const FOR_EVER_MS = 1_000_000;
const SLATE_KINDS: readonly ImageFacts['kind'][] = ['png', 'bmp'];
const GLOBAL_MEMBERS = ['InputLossBehavior'];
/** MediaLive's defaults are in no public text; AWS's own example repeats the picture for a second and then is black. */
const REPEAT_MS_UNCHOSEN = 1_000;
const BLACK_RGB = '000000';

type Refuse = (elementPath: string, errorMessage: string) => void;

/** Checks the global configuration of an encoder. */
export function checkInputLoss(context: Pick<MediaContext, 'objects'>, encoder: EncoderSettings, refuse: Refuse): void {
  const { GlobalConfiguration: global } = encoder;
  if (global === undefined) return;
  const path = '/encoderSettings/globalConfiguration';
  for (const [member, value] of Object.entries(global)) {
    if (value === undefined || GLOBAL_MEMBERS.includes(member)) continue;
    refuse(`${path}/${member[0]!.toLowerCase()}${member.slice(1)}`, 'is not supported by this local endpoint');
  }
  if (global.InputLossBehavior) checkBehavior(context, global.InputLossBehavior, `${path}/inputLossBehavior`, refuse);
}

function checkBehavior(
  context: Pick<MediaContext, 'objects'>,
  behavior: InputLossBehavior,
  path: string,
  refuse: Refuse,
): void {
  const { BlackFrameMsec, InputLossImageColor, InputLossImageSlate, InputLossImageType, RepeatFrameMsec } = behavior;
  for (const [member, value] of Object.entries({ blackFrameMsec: BlackFrameMsec, repeatFrameMsec: RepeatFrameMsec })) {
    if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= FOR_EVER_MS)) continue;
    refuse(`${path}/${member}`, `must be from 0 to ${FOR_EVER_MS}`);
  }
  if (InputLossImageColor !== undefined && !/^[0-9a-f]{6}$/i.test(InputLossImageColor)) {
    refuse(`${path}/inputLossImageColor`, 'must be six hexadecimal digits');
  }
  if (InputLossImageType === 'SLATE' && InputLossImageSlate === undefined) {
    refuse(`${path}/inputLossImageSlate`, 'a slate needs an image');
  }
  if (InputLossImageSlate === undefined) return;
  const found = readImage(context, InputLossImageSlate, SLATE_KINDS);
  if ('refused' in found) refuse(`${path}/inputLossImageSlate/uri`, found.refused);
}

/**
 * Returns what the engine sends while the input is lost; undefined for an RTMP group that pauses. A slate that was deleted
 * in the meantime leaves its colour.
 */
export function toInputLoss(context: MediaContext, encoder: EncoderSettings): InputLoss | undefined {
  const rtmp = encoder.OutputGroups?.[0]?.OutputGroupSettings?.RtmpGroupSettings;
  if (rtmp?.InputLossAction === 'PAUSE_OUTPUT') return undefined;
  const behavior = encoder.GlobalConfiguration?.InputLossBehavior ?? {};
  return {
    repeatMs: toTime(behavior.RepeatFrameMsec ?? REPEAT_MS_UNCHOSEN),
    blackMs: toTime(behavior.BlackFrameMsec ?? (encoder.GlobalConfiguration ? 0 : FOR_EVER_MS)),
    image: toImage(context, behavior),
  };
}

function toTime(ms: number): number | null {
  return ms >= FOR_EVER_MS ? null : ms;
}

function toImage(
  context: MediaContext,
  { InputLossImageColor = BLACK_RGB, InputLossImageSlate, InputLossImageType }: InputLossBehavior,
): SlateImage {
  const colour: SlateImage = { kind: 'colour', rgb: InputLossImageColor.toLowerCase() };
  if (InputLossImageType !== 'SLATE' || !InputLossImageSlate) return colour;
  const found = readImage(context, InputLossImageSlate, SLATE_KINDS);
  return 'refused' in found ? colour : { kind: 'file', path: provideImage(context, found) };
}
