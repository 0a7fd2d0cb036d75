import type { WireAnswer, WireCall } from './in-process-transport.ts';
import { Violation } from './violation.ts';
import type { Watcher } from './watching.ts';
import { findMisfit } from './wire-models.ts';

const MEDIA = new Set(['medialive', 'mediaconnect', 'mediapackage']);

/** Checks that every answer of a local endpoint matches AWS's model. */
export function watchModels(): Watcher {
  return {
    delivered(call: WireCall, answer: WireAnswer) {
      const misfit = findMisfit(call, answer);
      if (misfit === null || (misfit === 'unchecked' && !MEDIA.has(call.service))) return;
      throw new Violation('fidelity', misfit === 'unchecked' ? `${call.operation} has no model` : misfit);
    },
  };
}
