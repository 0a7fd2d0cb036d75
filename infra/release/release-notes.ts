import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `node infra/release/release-notes.ts v1.2.3`: prints the section of CHANGELOG.md for a tag, and fails unless tag,
 * package.json and CHANGELOG.md name the same version. The release workflow publishes what it prints.
 */

interface Release {
  /** Such as `v1.2.3`. */
  tag: string;
  packageVersion: string;
  changelog: string;
}

/**
 * Returns the text of the tag's section, without its heading.
 * @throws {Error} when the three do not agree, or when the section is empty
 */
export function releaseNotes({ tag, packageVersion, changelog }: Release): string {
  if (tag !== `v${packageVersion}`) throw new Error(`the tag is ${tag}, but package.json has ${packageVersion}`);
  const sections = changelog.split(/^## /m).slice(1);
  const headings = sections.map((section) => section.slice(0, section.indexOf('\n')));
  const index = headings.findIndex((heading) => /^(\S+) \(\d{4}-\d\d-\d\d\)$/.exec(heading)?.[1] === packageVersion);
  if (index === -1) throw new Error(`CHANGELOG.md has no heading "## ${packageVersion} (YYYY-MM-DD)"`);
  const newer = headings.slice(0, index).filter((heading) => heading !== 'Unreleased');
  if (newer.length > 0) throw new Error(`CHANGELOG.md has newer versions above ${packageVersion}: ${newer.join(', ')}`);
  const notes = sections[index]!.slice(headings[index]!.length).trim();
  if (notes === '') throw new Error(`the section ${packageVersion} of CHANGELOG.md is empty`);
  return notes;
}

function main(tag: string): void {
  const read = (file: string) => readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  try {
    process.stdout.write(`${releaseNotes({ tag, packageVersion: version, changelog: read('CHANGELOG.md') })}\n`);
  } catch (error) {
    process.stderr.write(`not a release: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.main) main(process.argv[2] ?? '');
