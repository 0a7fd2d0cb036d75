import { gzipSync } from 'node:zlib';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { BUNDLING, ROOT } from '../../../infra/aws/node-function.ts';

/** A function as it is uploaded. */
export interface Bundle {
  code: Uint8Array;
  bytes: number;
  gzipBytes: number;
  /** Bytes of each source file in it, by path from the root. */
  inputs: ReadonlyMap<string, number>;
}

/** The options that the CDK passes to esbuild for the same settings. */
const OPTIONS: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: BUNDLING.target,
  mainFields: BUNDLING.mainFields,
  minify: BUNDLING.minify,
  keepNames: BUNDLING.keepNames,
  banner: { js: BUNDLING.banner },
  metafile: true,
  write: false,
  outfile: 'index.mjs',
  logLevel: 'silent',
};

/** Bundles an entry point, given by its path from the root. */
export async function bundleEntry(entry: string): Promise<Bundle> {
  return toBundle(await build({ ...OPTIONS, entryPoints: [entry] }));
}

/** Bundles a text as a module in the root. */
export async function bundleText(contents: string): Promise<Bundle> {
  return toBundle(await build({ ...OPTIONS, stdin: { contents, resolveDir: ROOT, loader: 'js' } }));
}

interface Built {
  metafile?: Metafile;
  outputFiles?: { contents: Uint8Array }[];
}

function toBundle({ metafile, outputFiles }: Built): Bundle {
  const { contents: code } = outputFiles![0]!;
  const [output] = Object.values(metafile!.outputs);
  const inputs = Object.entries(output!.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const);
  return {
    code,
    bytes: code.length,
    gzipBytes: gzipSync(code, { level: 9 }).length,
    inputs: new Map(inputs.filter(([, bytes]) => bytes > 0)),
  };
}

/** Returns the packages that contribute to a bundle. */
export function packagesOf({ inputs }: Bundle): Set<string> {
  const names = [...inputs.keys()].map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}

/** Returns the function's own code as one module, with the imports of its packages that are still used. */
export async function ownCodeOf(entry: string): Promise<string> {
  const { outputFiles } = await build({
    ...OPTIONS,
    entryPoints: [entry],
    packages: 'external',
    minify: false,
    keepNames: false,
  });
  return Buffer.from(outputFiles![0]!.contents).toString();
}
