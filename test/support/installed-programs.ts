/** Programs of others that tests run where they are installed. A bare machine has none of them and skips these tests. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Finds a program as a shell does. Returns its path, or null when it is not installed. */
export function findInstalledProgram(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
