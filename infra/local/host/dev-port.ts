import { originOf } from './origins.ts';
import { SettingsError } from './settings.ts';

/** Where the page's development server listens: this machine only, whatever the product listens on. */
export const DEV_HOST = '127.0.0.1';
const FALLBACK = '5173';

/**
 * Reads the port of `npm run dev`'s page.
 * @throws {SettingsError} when DEV_PORT is not a port
 */
export function readDevPort(environment: Readonly<Record<string, string | undefined>>): number {
  const text = environment['DEV_PORT'] || FALLBACK;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  const remedy = `set it so, or unset DEV_PORT for ${FALLBACK}`;
  throw new SettingsError([{ name: 'DEV_PORT', value: text, allowed: 'a port from 1 to 65535', remedy }]);
}

/** Returns the address of the page, such as `http://127.0.0.1:5173`. */
export const devOrigin = (port: number): string => originOf({ host: DEV_HOST, port });
