/**
 * The source once for each sound that is chosen from it. The program with the first audio stream always exists. One with
 * another sound parses the stream itself, so that a change of its track concerns only those that chose it. It begins
 * when it is first asked for, and ends when it has not been used for a while.
 */
import type { Clock } from '../host/clock.ts';
import type { SoundSelection } from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createSourceProgram, type SourceProgram } from './source-program.ts';

/** A channel between two encoders uses its program again within this time. */
const UNUSED_MS_MAX = 60_000;

export interface SourceSounds extends SourceProgram {
  /** Returns the program with a chosen sound; absent: the first audio stream. Ask again instead of keeping it. */
  withSound(selection: SoundSelection | undefined): SourceProgram;
}

/** @param deps.onStreams called when codecs or headers of any of the programs have changed */
export function createSourceSounds(deps: {
  clock: Clock;
  logger: EngineLogger;
  onStreams: (program: SourceProgram, sound: SoundSelection | undefined) => void;
}): SourceSounds {
  const { clock, logger } = deps;
  const first = create(undefined);
  const chosen = new Map<string, { program: SourceProgram; usedAtMs: number }>();

  function create(sound: SoundSelection | undefined): SourceProgram {
    const program: SourceProgram = createSourceProgram({
      ...{ clock, logger, onStreams: () => deps.onStreams(program, sound) },
      ...(sound && { sound }),
    });
    return program;
  }

  function endUnused(): void {
    for (const [key, { program, usedAtMs }] of chosen) {
      if (!program.isUsed() && clock.now() - usedAtMs > UNUSED_MS_MAX) chosen.delete(key);
    }
  }

  function each(action: (program: SourceProgram) => void): void {
    action(first);
    for (const { program } of chosen.values()) action(program);
  }

  return {
    ...first,
    withSound(selection) {
      if (!selection) return first;
      const key = JSON.stringify(selection);
      const entry = chosen.get(key) ?? { program: create(selection), usedAtMs: 0 };
      chosen.set(key, entry);
      entry.usedAtMs = clock.now();
      return entry.program;
    },
    push(chunk) {
      if (chosen.size > 0) endUnused();
      each((program) => program.push(chunk));
    },
    restart: () => each((program) => program.restart()),
    splice: (measuredFromTicks) => each((program) => program.splice(measuredFromTicks)),
    lost: () => each((program) => program.lost()),
  };
}
