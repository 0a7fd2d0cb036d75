import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes what follows from the preset files (`npm run presets`): the module that imports all of them, and the JSON Schema
 * with which editors complete and check a platform. Run it after adding a file, or after changing `PlatformSchema`.
 */

/** Returns the text of `preset-files.ts` for the files in a folder. */
export function renderPresetFiles(folder: string): string {
  const idsIn = (kind: string) =>
    readdirSync(join(folder, kind))
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.replace(/\.json$/, ''))
      .toSorted();
  const [platforms, encodings] = [idsIn('platforms'), idsIn('encodings')];
  const line = (kind: string, prefix: string) => (id: string) =>
    `import ${prefix}${id} from './${kind}/${id}.json' with { type: 'json' };`;
  const list = (prefix: string, ids: string[]) => ids.map((id) => `  ${prefix}${id},`);
  return [
    '// Generated from the files in presets/platforms and presets/encodings by `npm run presets`. Do not edit.',
    ...encodings.map(line('encodings', 'encoding_')),
    ...platforms.map(line('platforms', 'platform_')),
    '',
    '/** Every platform file as it is on disk. */',
    'export const PLATFORM_FILES: readonly unknown[] = [',
    ...list('platform_', platforms),
    '];',
    '',
    '/** Every encoding file as it is on disk. */',
    'export const ENCODING_FILES: readonly unknown[] = [',
    ...list('encoding_', encodings),
    '];',
    '',
  ].join('\n');
}

if (import.meta.main) {
  const folder = import.meta.dirname;
  writeFileSync(join(folder, 'preset-files.ts'), renderPresetFiles(folder));
  // Imports the file that was just written, and checks every preset.
  const { platformJsonSchema } = await import('./index.ts');
  writeFileSync(join(folder, 'platform.schema.json'), `${JSON.stringify(platformJsonSchema(), null, 2)}\n`);
}
