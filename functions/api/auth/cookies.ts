/** Cookies of the session: written with every attribute said, read without trusting that there is one of a name. */

interface CookieOptions {
  /** Zero ends it. */
  seconds: number;
  path: string;
  sameSite: 'Lax' | 'Strict';
  secure: boolean;
}

/** A `Set-Cookie` value; scripts of the page never see the cookie. */
export function writeCookie(name: string, value: string, { seconds, path, sameSite, secure }: CookieOptions): string {
  const attributes = [`Path=${path}`, `Max-Age=${seconds}`, 'HttpOnly', `SameSite=${sameSite}`];
  return [`${name}=${value}`, ...attributes, ...(secure ? ['Secure'] : [])].join('; ');
}

/** All values a request brings under a name: cookies of other paths and parent domains may have the same one. */
export function readCookies(request: Request, name: string): string[] {
  return (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
