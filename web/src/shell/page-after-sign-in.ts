/** Pages of the API that redirect here to sign in; no other target is allowed. */
const PAGES = ['/api/docs'];

/** Returns the page to open after a sign-in (`?next=…`), or null. */
export function pageAfterSignIn(search: string): string | null {
  const next = new URLSearchParams(search).get('next') ?? '';
  return PAGES.includes(next) ? next : null;
}
