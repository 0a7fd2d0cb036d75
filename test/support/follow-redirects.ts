/** The end of a chain of redirects. */
export interface Arrival {
  status: number;
  text: string;
  /** Every address that was opened, in order. */
  visited: string[];
}

const REDIRECTS_MAX = 10;

/**
 * Opens an address as a browser does, with cookies.
 * @param until ends before it opens an address for which this returns true, with status 0
 */
export async function followRedirects(start: string, until: (url: string) => boolean = () => false): Promise<Arrival> {
  const cookies = new Map<string, string>();
  const visited: string[] = [];
  let url = start;
  while (visited.length < REDIRECTS_MAX) {
    visited.push(url);
    if (until(url)) return { status: 0, text: '', visited };
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) return { status: response.status, text: await response.text(), visited };
    url = new URL(location, url).href;
  }
  throw new Error(`more than ${REDIRECTS_MAX} redirects from ${new URL(start).origin}`);
}
