import type { SourcePicture, SourceSound } from './destination.ts';
import { failed, notPossible, passed, warning, type Finding, type PreflightOccasion } from './preflight.ts';

/** The checks of the feed: the flow, the encoder, picture and sound. */

/** What is known of the flow; null when it could not be read. */
export interface FlowFacts {
  status: string;
  outputsUsed: number;
  outputsMax: number;
  egressIp: string | null;
}

/** The monitor's newest observation of the source. Null and absent figures are unknown. */
export interface SourceFacts {
  /** Whether it is recent enough to count. */
  isFresh: boolean;
  connected: boolean | null;
  picture?: SourcePicture | undefined;
  hasAudio?: boolean | null | undefined;
  /** Of the first audio track. */
  sound?: SourceSound | null | undefined;
  formatProblem?: string | null | undefined;
  black?: boolean | null | undefined;
  frozen?: boolean | null | undefined;
  silent?: boolean | null | undefined;
}

export interface FeedFacts {
  occasion: PreflightOccasion;
  flow: FlowFacts | null;
  source: SourceFacts | null;
  /** True while the show is still to start the source itself. */
  startsWithShow?: boolean;
}

/** An hour before a show the encoder may still be off. */
function missing({ occasion }: FeedFacts, detail: string, remedy: string): Finding {
  return occasion === 'T-60' ? warning(detail, remedy) : failed(detail, remedy);
}

/** Whether the flow runs. */
export function checkFlow(facts: FeedFacts): Finding {
  const { flow } = facts;
  if (flow === null) return notPossible('The flow could not be read.', 'Try again; MediaConnect may be unavailable.');
  if (flow.status === 'ACTIVE' || flow.status === 'UPDATING') return passed('The flow is running.');
  if (flow.status === 'STARTING') return missing(facts, 'The flow is starting.', 'Check again in a minute.');
  if (flow.status === 'ERROR') return failed('The flow has failed.', 'Stop the flow and start it again.');
  if (facts.startsWithShow && flow.status === 'STANDBY') return passed('The flow is off, and starts with the show.');
  return missing(facts, `The flow is not running (${flow.status}).`, 'Start the flow, then the encoder.');
}

const isUp = ({ flow }: FeedFacts) => flow?.status === 'ACTIVE' || flow?.status === 'UPDATING';

/** Returns the observation when an encoder is known to send now. */
export function connectedSource(facts: FeedFacts): SourceFacts | null {
  const { source } = facts;
  return source?.isFresh && source.connected === true && isUp(facts) ? source : null;
}

/** Whether an encoder is connected. */
export function checkSource(facts: FeedFacts): Finding {
  const { flow, source } = facts;
  if (facts.startsWithShow && flow?.status === 'STANDBY') {
    return notPossible('The source starts with the show.', 'Check again when it is on.');
  }
  if (flow !== null && !isUp(facts)) {
    return missing(facts, 'No encoder can be connected while the flow does not run.', 'Start the flow first.');
  }
  if (connectedSource(facts)) return passed('The encoder is connected.');
  if (!source?.isFresh || source.connected === null || flow === null) {
    return notPossible('There is no recent figure of the source.', 'Check that the monitor runs, then try again.');
  }
  return missing(facts, 'No encoder is connected.', 'Point the encoder at the address on the page, and start it.');
}

export const NO_ENCODER = 'No encoder is known to be connected.';

/** Whether there is a picture that channels take. */
export function checkPicture(facts: FeedFacts): Finding {
  const source = connectedSource(facts);
  if (!source) return notPossible(NO_ENCODER, 'Connect the encoder, then check again.');
  const { black, formatProblem, frozen, picture } = source;
  if (formatProblem) return failed(formatProblem, 'Change the settings of the encoder.');
  if (black) return warning('The picture is black.', 'Check what the encoder sends, unless black is intended now.');
  if (frozen) return warning('The picture is frozen.', 'Check what the encoder sends, unless a still is intended now.');
  if (!picture) return notPossible('The size of the picture is not known yet.', 'Check again in a few seconds.');
  const { framesPerSecond, height, width } = picture;
  return passed(`The picture has ${width}x${height} and ${framesPerSecond} frames per second.`);
}

/** Whether there is sound. */
export function checkSound(facts: FeedFacts): Finding {
  const source = connectedSource(facts);
  if (!source) return notPossible(NO_ENCODER, 'Connect the encoder, then check again.');
  if (source.hasAudio === false) {
    return failed('The source has no sound, which some platforms refuse.', 'Add an audio track in the encoder.');
  }
  if (source.silent) return warning('The sound is silent.', 'Check the audio inputs of the encoder.');
  if (source.hasAudio !== true) {
    return notPossible('Whether there is sound is not known yet.', 'Check again in a few seconds.');
  }
  return passed(source.silent === false ? 'There is sound.' : 'There is a sound track; its level is not measured.');
}
