/** Session cookies: written with every attribute, and read without assuming that a name occurs once. */

interface CookieOptions {
  /** Zero deletes the cookie. */
  seconds: number;
  path: string;
  sameSite: 'Lax' | 'Strict';
  secure: boolean;
}

/** Returns a `Set-Cookie` value. The cookie is HttpOnly. */
export function writeCookie(name: string, value: string, { seconds, path, sameSite, secure }: CookieOptions): string {
  const attributes = [`Path=${path}`, `Max-Age=${seconds}`, 'HttpOnly', `SameSite=${sameSite}`];
  return [`${name}=${value}`, ...attributes, ...(secure ? ['Secure'] : [])].join('; ');
}

/** Returns all values of a name: cookies of other paths and parent domains may share it. */
export function readCookies(request: Request, name: string): string[] {
  return (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
