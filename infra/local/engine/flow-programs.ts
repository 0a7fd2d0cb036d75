import { colourConversion, type ColourNumbers } from '../../../functions/domain/picture-colour.ts';
import type { Rendition, SoundSelection } from './contract.ts';
import { decideCopy } from './copy-decision.ts';
import type { EncoderProgram, EncoderProgramOptions } from './encoder-program.ts';
import type { Program } from './program.ts';
import { createSharedEncoders, type EncoderChoice, type SharedEncoders } from './shared-encoders.ts';
import type { SourceProgram } from './source-program.ts';
import { createSourceSounds } from './source-sounds.ts';

/** What channels take from a flow: the copy of its source, or an encoder. */
export interface FlowPrograms {
  /** Increases with every change of codec or headers; a decision is valid for one revision. */
  revision(): number;
  decide(rendition: Rendition): 'copy' | 'encode' | 'undecided';
  /** Returns the source's own frames, with the sound that the rendition takes. */
  copy(rendition: Rendition): Program;
  /** Returns whether the tables name no sound that fits the rendition's choice; false while it chooses none. */
  lacksChosenSound(rendition: Rendition): boolean;
  /** Returns the measured frame rate; null until it is known. */
  framesPerSecond(): number | null;
  /**
   * Returns the encoder that makes the rendition of the source as it is now, shared by equal renditions. It runs while it
   * has a subscriber.
   */
  encoder(
    rendition: Rendition,
    options: { followsKeyframes: boolean },
  ): Pick<EncoderProgram, 'program' | 'problem' | 'droppedFrames'>;
}

/** Creates the programs of a source without data. */
export function createFlowPrograms(
  options: Omit<EncoderProgramOptions, 'rendition' | 'source' | keyof EncoderChoice>,
): {
  source: SourceProgram;
  encoders: SharedEncoders;
  programs: FlowPrograms;
} {
  const source = createSourceSounds({ clock: options.clock, logger: options.logger, onStreams });
  const ofRendition = ({ sound }: Rendition) => source.withSound(sound?.selection);
  const encoders = createSharedEncoders({ ...options, source });
  let revision = 0;
  /** Of the newest keyframe. The next connection is likely to have the same. */
  let colour: ColourNumbers | undefined;
  const revisionKeys = new Map<string, string>();

  function onStreams(program: Pick<SourceProgram, 'facts' | 'streams'>, sound: SoundSelection | undefined): void {
    const { video, header, audio } = program.facts();
    if (header) colour = header.coding;
    const key = JSON.stringify([program.streams(), video?.sps.toString('base64'), header, audio]);
    const of = JSON.stringify(sound ?? null);
    if (key !== revisionKeys.get(of)) revision += 1;
    revisionKeys.set(of, key);
    options.onChange();
  }

  return {
    source,
    encoders,
    programs: {
      revision: () => revision,
      decide(rendition) {
        const program = ofRendition(rendition);
        const { streams, facts, measurement } = program;
        return decideCopy({ streams: streams(), ...facts(), measurement: measurement() }, rendition);
      },
      copy: (rendition) => ofRendition(rendition).program,
      lacksChosenSound(rendition) {
        const streams = rendition.sound?.selection && ofRendition(rendition).streams();
        return !!streams?.video && !streams.audio;
      },
      framesPerSecond: () => source.measurement().framesPerSecond,
      encoder(rendition, { followsKeyframes }) {
        const converted = rendition.colour && colour && colourConversion(colour) ? toChoice(colour) : {};
        return encoders.of(rendition, { followsKeyframes, ...converted });
      },
    },
  };
}

/** Leaves out what does not matter for the conversion, so that a change of it needs no other encoder. */
function toChoice({ colourPrimaries, transferCharacteristics, matrixCoefficients, isFullRange }: ColourNumbers) {
  return { colour: { colourPrimaries, transferCharacteristics, matrixCoefficients, isFullRange } };
}
