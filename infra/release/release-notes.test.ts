import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { releaseNotes } from './release-notes.ts';

const CHANGELOG = `# Changelog

## Unreleased

## 1.3.0 (2026-11-30)

### Added
- A thing.

## 1.2.0 (2026-11-01)

- An older thing.
`;
const release = { tag: 'v1.3.0', packageVersion: '1.3.0', changelog: CHANGELOG };

describe('releaseNotes', () => {
  it('returns the section of the version and nothing of its neighbours', () => {
    expect(releaseNotes(release)).toBe('### Added\n- A thing.');
  });

  it.each([
    ['a tag of another version', { tag: 'v1.2.0' }, /the tag is v1\.2\.0, but package\.json has 1\.3\.0/],
    ['a tag without its v', { tag: '1.3.0' }, /the tag is 1\.3\.0/],
    ['a version that the changelog lacks', { tag: 'v1.4.0', packageVersion: '1.4.0' }, /no heading "## 1\.4\.0/],
    ['a heading without a date', { changelog: CHANGELOG.replace(' (2026-11-30)', '') }, /no heading/],
    ['a version that is not the newest', { tag: 'v1.2.0', packageVersion: '1.2.0' }, /newer versions .*1\.3\.0/],
    ['an empty section', { changelog: CHANGELOG.replace('### Added\n- A thing.\n', '') }, /is empty/],
  ])('refuses %s', (_, change, message) => {
    expect(() => releaseNotes({ ...release, ...change })).toThrow(message);
  });

  it('accepts the version of package.json as it is', () => {
    const changelog = readFileSync(join(import.meta.dirname, '..', '..', 'CHANGELOG.md'), 'utf8');
    const { version } = packageJson;
    expect(releaseNotes({ tag: `v${version}`, packageVersion: version, changelog })).not.toBe('');
  });
});
