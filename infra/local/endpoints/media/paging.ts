import { badRequest } from '../wire/aws-error.ts';

/**
 * Returns one page of a list. A token contains the last returned id, so that items created or removed between pages
 * neither repeat nor hide others.
 */
export function pageOf<Item extends { id: string }>(
  items: Item[],
  request: { MaxResults?: number | undefined; NextToken?: string | undefined },
  maximum = 1000,
): { items: Item[]; nextToken: string | undefined } {
  const size = request.MaxResults ?? maximum;
  if (!Number.isInteger(size) || size < 1 || size > maximum) {
    throw badRequest(`MaxResults must be a whole number from 1 to ${maximum}`);
  }
  let start = 0;
  if (request.NextToken !== undefined) {
    const after = Buffer.from(request.NextToken, 'base64url').toString('utf8');
    start = items.findIndex((item) => item.id === after) + 1;
    if (start === 0) throw badRequest('NextToken is not valid or has expired');
  }
  const page = items.slice(start, start + size);
  const last = page.at(-1);
  const more = start + size < items.length && last !== undefined;
  return { items: page, nextToken: more ? Buffer.from(last.id).toString('base64url') : undefined };
}
