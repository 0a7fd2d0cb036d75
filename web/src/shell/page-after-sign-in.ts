/** Pages of the API that lead here to sign in; no other address is gone to, wherever the link came from. */
const PAGES = ['/api/docs'];

/** The page that sent the browser here to sign in (`?next=…`), to go back to; null when there is none. */
export function pageAfterSignIn(search: string): string | null {
  const next = new URLSearchParams(search).get('next') ?? '';
  return PAGES.includes(next) ? next : null;
}
