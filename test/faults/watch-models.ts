import type { WireAnswer, WireCall } from './in-process-transport.ts';
import { Violation } from './violation.ts';
import type { Watcher } from './watching.ts';
import { findMisfit } from './wire-models.ts';

const MEDIA = new Set(['medialive', 'mediaconnect', 'mediapackage']);

/** R7: whatever a local endpoint answers fits AWS's model, call by call. */
export function watchModels(): Watcher {
  return {
    delivered(call: WireCall, answer: WireAnswer) {
      const misfit = findMisfit(call, answer);
      if (misfit === null || (misfit === 'unchecked' && !MEDIA.has(call.service))) return;
      throw new Violation('R7 fidelity', misfit === 'unchecked' ? `${call.operation} has no model` : misfit);
    },
  };
}
