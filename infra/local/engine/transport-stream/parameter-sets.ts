import {
  isSlice,
  NAL_PPS,
  NAL_SPS,
  parseSequenceParameters,
  readPictureParameterIds,
  readSliceParameterId,
  type SequenceParameters,
} from './h264.ts';

/** The number of picture parameter sets a decoder configuration can hold. */
const PICTURE_SETS_MAX = 255;

/** The parameter sets a picture is decoded with. */
export interface ActiveSets {
  parameters: SequenceParameters;
  sps: Buffer;
  /** All picture parameter sets of that sequence, by id. */
  pps: Buffer[];
}

/** Stores the parameter sets of an H.264 stream: a source may send them once, and later subscribers need them. */
export interface ParameterSets {
  /** Stores the sets among the picture's units. An unreadable set is ignored. */
  remember(units: readonly Buffer[]): void;
  /** Returns the sets of a picture; null while one of them is missing. */
  activeFor(units: readonly Buffer[]): ActiveSets | null;
  clear(): void;
}

interface Sequence {
  unit: Buffer;
  parameters: SequenceParameters;
}

export function createParameterSets(): ParameterSets {
  const sequences = new Map<number, Sequence>();
  const pictures = new Map<number, { unit: Buffer; sequenceId: number }>();

  function rememberSequence(unit: Buffer): void {
    if ([...sequences.values()].some((known) => known.unit.equals(unit))) return;
    const parameters = readParameters(unit);
    if (!parameters) return;
    sequences.set(parameters.id, { unit: Buffer.from(unit), parameters });
    for (const [id, picture] of pictures) if (picture.sequenceId === parameters.id) pictures.delete(id);
  }

  function rememberPicture(unit: Buffer): void {
    const ids = readPictureParameterIds(unit);
    if (!ids || ids.id > PICTURE_SETS_MAX || pictures.get(ids.id)?.unit.equals(unit)) return;
    pictures.set(ids.id, { unit: Buffer.from(unit), sequenceId: ids.sequenceId });
  }

  return {
    remember(units) {
      for (const unit of units) {
        const type = unit[0]! & 0x1f;
        if (type === NAL_SPS) rememberSequence(unit);
        else if (type === NAL_PPS) rememberPicture(unit);
      }
    },
    activeFor(units) {
      const slice = units.find(isSlice);
      const id = slice && readSliceParameterId(slice);
      const sequenceId = pictures.get(id ?? -1)?.sequenceId;
      const sequence = sequences.get(sequenceId ?? -1);
      if (!sequence) return null;
      const pps = [...pictures]
        .filter(([, picture]) => picture.sequenceId === sequenceId)
        .toSorted(([one], [other]) => one - other)
        .map(([, picture]) => picture.unit);
      return { parameters: sequence.parameters, sps: sequence.unit, pps };
    },
    clear() {
      sequences.clear();
      pictures.clear();
    },
  };
}

function readParameters(unit: Buffer): SequenceParameters | null {
  try {
    return parseSequenceParameters(unit);
  } catch {
    return null;
  }
}
