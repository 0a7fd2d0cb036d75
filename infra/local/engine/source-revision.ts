import type { SourceProgram } from './source-program.ts';

/** Counts the changes of a source that invalidate a decision between copying and encoding. */
export interface SourceRevision {
  /** Counts one more when codecs or headers differ from the last call's. */
  compare(source: Pick<SourceProgram, 'facts' | 'streams'>): void;
  number(): number;
}

/** Creates a count of zero. */
export function createSourceRevision(): SourceRevision {
  let number = 0;
  let lastKey = '';
  return {
    compare(source) {
      const { video, audio } = source.facts();
      const key = JSON.stringify([source.streams(), video?.sps.toString('base64'), audio]);
      if (key !== lastKey) number += 1;
      lastKey = key;
    },
    number: () => number,
  };
}
