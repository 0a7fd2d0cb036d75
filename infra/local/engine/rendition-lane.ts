import type { Clock } from '../host/clock.ts';
import type { ChannelReport, Rendition } from './contract.ts';
import type { EncoderProgram } from './encoder-program.ts';
import { onlyWhileFitting } from './fitting-program.ts';
import type { Flow } from './flow.ts';
import { createProgramSwitch } from './program-switch.ts';
import type { Program } from './program.ts';

type Mode = ChannelReport['mode'];

/** One rendition of a channel: the copy or the encoder that feeds it, and the switch between the two. */
export interface RenditionLane {
  rendition: Rendition;
  /** The frames, from whichever source. */
  program: Program;
  mode(): Mode;
  /** Returns how the rendition is to be made; the decision is valid for one revision of the flow. */
  decide(flow: Flow): Mode | 'undecided';
  /**
   * Carries out a decision on the flow's current revision. Returns whether it changed the mode or the encoder.
   * @param options.followsKeyframes places the encoder's keyframes where the source has them
   */
  select(mode: 'copy' | 'encode', flow: Flow, options: { followsKeyframes: boolean }): boolean;
  /** Disconnects it from the flow. */
  disconnect(): void;
  isEncoded(): boolean;
  /** Returns whether its newest frames are an encoder's, also after the flow is gone. */
  wasEncoded(): boolean;
  /** Returns the encoder's problem; null while it copies or waits. */
  problem(): ReturnType<EncoderProgram['problem']>;
  /** Returns the frames its encoder has dropped since this lane joined it. */
  droppedFrames(): number;
}

/** @param options.keepsTimes passes the source's timestamps on unchanged */
export function createRenditionLane(
  rendition: Rendition,
  options: { clock: Clock; keepsTimes: boolean },
): RenditionLane {
  const feed = createProgramSwitch(options);
  let mode: Mode = 'none';
  let wasEncoded = false;
  let decidedFor: number | null = null;
  let encoder: Pick<EncoderProgram, 'problem' | 'droppedFrames'> | null = null;
  /** Frames the shared encoder had dropped before this lane joined it. */
  let droppedBefore = 0;

  return {
    rendition,
    program: feed.program,
    mode: () => mode,
    decide: (flow) => (decidedFor === flow.revision() ? mode : flow.decide(rendition)),
    select(next, flow, { followsKeyframes }) {
      if (mode === next && decidedFor === flow.revision()) return false;
      decidedFor = flow.revision();
      const joined = next === 'encode' ? flow.encoder(rendition, { followsKeyframes }) : null;
      if (mode === next && joined === encoder) return false;
      mode = next;
      wasEncoded = mode === 'encode';
      encoder = joined;
      droppedBefore = joined?.droppedFrames() ?? 0;
      feed.select(joined?.program ?? onlyWhileFitting(flow.copy(rendition), () => flow.decide(rendition) !== 'encode'));
      return true;
    },
    disconnect() {
      decidedFor = null;
      mode = 'none';
      encoder = null;
      feed.select(null);
    },
    isEncoded: () => encoder !== null,
    wasEncoded: () => wasEncoded,
    problem: () => encoder?.problem() ?? null,
    droppedFrames: () => (encoder ? encoder.droppedFrames() - droppedBefore : 0),
  };
}
