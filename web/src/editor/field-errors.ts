import type { ProblemBody } from '../../../functions/api/schemas/answers.ts';
import { sentence } from '../ui/format.ts';

/** A problem, divided over the places of a form where it is shown. */
interface FieldErrors {
  /** Field to message, for the fields the form has. */
  fields: Record<string, string>;
  /** What has no field of its own; null when everything found its place. */
  rest: ProblemBody | null;
  /** The API asks when the change should reach a destination on air: a question, not an error. */
  restartRequired: boolean;
  /** Someone else has changed it meanwhile: a question too. */
  isConflict: boolean;
}

const NOTHING: FieldErrors = { fields: {}, rest: null, restartRequired: false, isConflict: false };

/** Puts a problem's messages at the fields they name. */
export function fieldErrors(problem: ProblemBody | null, known: readonly string[]): FieldErrors {
  if (!problem) return NOTHING;
  if (problem.code === 'restart_required') return { ...NOTHING, restartRequired: true };
  if (problem.code === 'etag_mismatch') return { ...NOTHING, isConflict: true };
  // The same key at the same place: the API names no field, because both together are the duplicate.
  if (problem.code === 'duplicate_destination' && known.includes('streamKey')) {
    return { ...NOTHING, fields: { streamKey: sentence(`${problem.detail}: ${problem.remedy}`) } };
  }
  const errors = problem.errors ?? [];
  const placed = errors.filter((error) => known.includes(error.field));
  const fields = Object.fromEntries(placed.map((error) => [error.field, error.message]));
  const allPlaced = placed.length > 0 && placed.length === errors.length;
  return { ...NOTHING, fields, rest: allPlaced ? null : problem };
}
