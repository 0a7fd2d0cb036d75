import type { ProblemBody } from '../../../functions/api/schemas/problem.ts';
import { sentence } from '../ui/format.ts';

/** A problem, split by the places in a form that show it. */
interface FieldErrors {
  /** Messages by field, for fields of the form. */
  fields: Record<string, string>;
  /** The rest of the problem; null when every message has a field. */
  rest: ProblemBody | null;
  /** The API requires `apply`: a question, not an error. */
  restartRequired: boolean;
  /** Someone else has changed the destination: a question too. */
  isConflict: boolean;
}

const NOTHING: FieldErrors = { fields: {}, rest: null, restartRequired: false, isConflict: false };

/** Assigns a problem's messages to their fields. */
export function fieldErrors(problem: ProblemBody | null, known: readonly string[]): FieldErrors {
  if (!problem) return NOTHING;
  if (problem.code === 'restart_required') return { ...NOTHING, restartRequired: true };
  if (problem.code === 'etag_mismatch') return { ...NOTHING, isConflict: true };
  // For a duplicate the API names no field, because key and URL together are the duplicate.
  if (problem.code === 'duplicate_destination' && !problem.errors?.length && known.includes('streamKey')) {
    return { ...NOTHING, fields: { streamKey: sentence(`${problem.detail}: ${problem.remedy}`) } };
  }
  const errors = problem.errors ?? [];
  const placed = errors.filter((error) => known.includes(error.field));
  const fields = Object.fromEntries(placed.map((error) => [error.field, error.message]));
  const allPlaced = placed.length > 0 && placed.length === errors.length;
  return { ...NOTHING, fields, rest: allPlaced ? null : problem };
}
