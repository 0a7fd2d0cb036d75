import type { Rendition } from './contract.ts';
import { decideCopy } from './copy-decision.ts';
import type { EncoderProgram, EncoderProgramOptions } from './encoder-program.ts';
import type { Program } from './program.ts';
import { createSharedEncoders, type SharedEncoders } from './shared-encoders.ts';
import { createSourceProgram, type SourceProgram } from './source-program.ts';

/** What channels take from a flow: the copy of its source, or an encoder. */
export interface FlowPrograms {
  /** Increases with every change of codec or headers; a decision is valid for one revision. */
  revision(): number;
  decide(rendition: Rendition): 'copy' | 'encode' | 'undecided';
  copy: Program;
  /** Returns the measured frame rate; null until it is known. */
  framesPerSecond(): number | null;
  /** Returns the encoder of a rendition, shared by equal renditions. It runs while it has a subscriber. */
  encoder(
    rendition: Rendition,
    options: { followsKeyframes: boolean },
  ): Pick<EncoderProgram, 'program' | 'problem' | 'droppedFrames'>;
}

/** Creates the programs of a source without data. */
export function createFlowPrograms(options: Omit<EncoderProgramOptions, 'rendition' | 'followsKeyframes' | 'source'>): {
  source: SourceProgram;
  encoders: SharedEncoders;
  programs: FlowPrograms;
} {
  const source = createSourceProgram({ clock: options.clock, logger: options.logger, onStreams });
  const encoders = createSharedEncoders({ ...options, source });
  let revision = 0;
  let revisionKey = '';

  function onStreams(): void {
    const { video, audio } = source.facts();
    const key = JSON.stringify([source.streams(), video?.sps.toString('base64'), audio]);
    if (key !== revisionKey) revision += 1;
    revisionKey = key;
    options.onChange();
  }

  return {
    source,
    encoders,
    programs: {
      revision: () => revision,
      decide: (rendition) =>
        decideCopy({ streams: source.streams(), ...source.facts(), measurement: source.measurement() }, rendition),
      copy: source.program,
      framesPerSecond: () => source.measurement().framesPerSecond,
      encoder: encoders.of,
    },
  };
}
