import { registerHooks } from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The imports of this process, by file, as `trackImports` has seen them. */
export interface ModuleVersions {
  /** Returns true when the process has imported the file. */
  isImported(file: string): boolean;
  /**
   * Makes the next import of `entry` evaluate these files again, and the files between them and `entry`.
   * @returns files outside `folders` that import one of them, which keep the old code until a restart
   */
  renew(files: readonly string[]): string[];
}

interface TrackOptions {
  /** The file that is imported again after an edit. */
  entry: string;
  /** Folders whose files may be evaluated again. */
  folders: readonly string[];
}

/**
 * Lets this process import edited files again. Node evaluates a module once per address, so a file that has changed,
 * and every file that imports it, gets a new address (`?version=2`). A file the edit does not reach keeps its address,
 * and so its classes and its state. Node never frees the old modules: for development only. Must run before anything
 * else is imported, or the importers of what is there already are unknown.
 */
export function trackImports({ entry, folders }: TrackOptions): ModuleVersions {
  const importers = new Map<string, Set<string>>();
  const versions = new Map<string, number>();
  let version = 1;
  const isRenewable = (file: string) => file === entry || folders.some((folder) => file.startsWith(folder + sep));

  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      if (!isOurs(resolved.url)) return resolved;
      const file = fileURLToPath(resolved.url);
      const known = importers.get(file) ?? new Set();
      importers.set(file, known);
      if (context.parentURL !== undefined && isOurs(context.parentURL)) known.add(fileURLToPath(context.parentURL));
      const current = versions.get(file);
      return current === undefined ? resolved : { ...resolved, url: `${resolved.url}?version=${current}` };
    },
  });

  return {
    isImported: (file) => importers.has(file),
    renew(files) {
      version += 1;
      const outside = new Set<string>();
      const reached = new Set(files);
      // A set that grows while it is walked is walked to its end.
      for (const file of reached) {
        versions.set(file, version);
        if (file === entry) continue;
        for (const importer of importers.get(file) ?? []) (isRenewable(importer) ? reached : outside).add(importer);
      }
      return [...outside].toSorted();
    },
  };
}

function isOurs(url: string): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/');
}
