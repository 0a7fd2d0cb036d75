import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { PageAssets } from './audience-deps.ts';

/** The script of the pages, as the bundler's manifest names it. */
const ENTRY = 'watch/main.ts';
const TYPES: Record<string, string> = { '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };

/**
 * Reads the files of the public pages into memory.
 * @param folder the part of the built dashboard that has them
 * @throws {Error} when the build has no such files
 */
export function readPageAssets(folder: string): PageAssets {
  const manifest = JSON.parse(readFileSync(join(folder, '.vite', 'manifest.json'), 'utf8')) as Record<
    string,
    { file: string; css?: string[] }
  >;
  const { file: script, css: [style] = [] } = manifest[ENTRY] ?? {};
  if (script === undefined || style === undefined) throw new Error(`${folder} has no ${ENTRY} with a style`);
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES);
  const contents = new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
  return {
    script,
    style,
    read(name) {
      const content = contents.get(name);
      return content ? { content, contentType: TYPES[extname(name)]! } : null;
    },
  };
}
