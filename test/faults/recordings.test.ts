import { describe, expect, it } from 'vitest';
import { expectMatrix } from './expect-matrix.ts';
import { loadProduction } from './production.ts';
import { NEVER_COPIED, RECORDING_WORKFLOWS } from './recording-workflows.ts';
import { runStrikes } from './single-faults.ts';

describe('a single fault', () => {
  it('leaves a recording complete, refused with a reason, or deleted with all its media', async () => {
    await expectMatrix(RECORDING_WORKFLOWS);
  }, 3_600_000);
});

describe('a recording', () => {
  it('ends with the reason when MediaPackage fails to copy it three times', async () => {
    const { outcome, message } = await runStrikes(await loadProduction(), NEVER_COPIED, []);
    expect({ outcome, message }).toEqual({ outcome: 'reached', message: undefined });
  });
});
