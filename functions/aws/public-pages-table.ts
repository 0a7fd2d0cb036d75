import { OPEN_PAGES, type PublicPages } from '../domain/public-pages.ts';
import type { TableDeps } from './clients.ts';
import { getRevised, putRevised } from './revised-item.ts';

/** Whether the public pages are open. */
const KEY = { pk: 'audience#pages', sk: 'pages' };

/** Reads it, strongly consistent. */
export async function getPublicPages(deps: TableDeps): Promise<PublicPages> {
  return (await getRevised<PublicPages>(deps, KEY)) ?? OPEN_PAGES;
}

/** Opens or closes them. @returns null when another person came first */
export function putPublicPages(
  deps: TableDeps,
  before: PublicPages,
  after: Omit<PublicPages, 'revision'>,
): Promise<PublicPages | null> {
  return putRevised(deps, KEY, before.revision === 0 ? null : before, after);
}
