import { badRequest } from '../wire/aws-error.ts';
import type { MediaContext } from './media-context.ts';
import { commit } from './transitions.ts';

const TAGS_MAX = 50;
const KEY_LENGTH_MAX = 128;
const VALUE_LENGTH_MAX = 256;

/** Returns the tags of a resource; empty if it has none. */
export function tagsOf(context: MediaContext, arn: string): Record<string, string> {
  return context.state.tags[arn] ?? {};
}

/** Adds or replaces tags. Throws BadRequestException past AWS's limits; does not commit. */
export function addTags(context: MediaContext, arn: string, tags: Record<string, string> | undefined): void {
  if (tags === undefined || Object.keys(tags).length === 0) return;
  const merged = { ...tagsOf(context, arn), ...tags };
  checkTags(merged);
  context.state.tags[arn] = merged;
}

/** Refuses more or longer tags than AWS allows. */
export function checkTags(tags: Record<string, string> | undefined): void {
  const entries = Object.entries(tags ?? {});
  if (entries.length > TAGS_MAX) throw badRequest(`a resource has at most ${TAGS_MAX} tags`);
  if (entries.some(([key, value]) => key.length > KEY_LENGTH_MAX || value.length > VALUE_LENGTH_MAX)) {
    throw badRequest(`a tag key has at most ${KEY_LENGTH_MAX} characters and a value ${VALUE_LENGTH_MAX}`);
  }
}

/** Removes tags from a resource and commits. */
export function removeTags(context: MediaContext, arn: string, keys: string[] | undefined): void {
  const kept = Object.entries(tagsOf(context, arn)).filter(([key]) => !keys?.includes(key));
  context.state.tags[arn] = Object.fromEntries(kept);
  commit(context);
}
