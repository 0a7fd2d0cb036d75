import { describe, expect, it } from 'vitest';
import { findCandidates } from './complete.ts';
import { COMMANDS } from './command-table.ts';

/** test/e2e/completions.test.ts runs the same in real shells. */

const NAMES = ['Dome', 'Main', 'Main', '-dash', 'dst_ of a name'];
const complete = async (...words: string[]) => {
  const servers: (string | undefined)[] = [];
  const found = await findCandidates(words, async (_kind, server) => {
    servers.push(server);
    return NAMES.map((text, index) => ({ text, meaning: `dst_${index}` }));
  });
  return { servers, texts: found && found.map(({ text }) => text) };
};
const textsOf = async (...words: string[]) => (await complete(...words)).texts;

describe('a completion', () => {
  it('knows every word of every command', async () => {
    for (const { path } of COMMANDS) {
      for (const [index, word] of path.entries()) expect(await textsOf(...path.slice(0, index), '')).toContain(word);
    }
  });

  it('takes names, and ids for those who type ids or where the name says nothing', async () => {
    expect(await textsOf('destinations', 'show', 'd')).toEqual(['Dome', 'dst_1', 'dst_2', 'dst_3', 'dst_ of a name']);
    expect(await textsOf('destinations', 'show', 'MAI')).toEqual([]);
    expect(await textsOf('destinations', 'show', 'dst_0')).toEqual(['dst_0']);
    expect(await textsOf('destinations', 'show', 'Dome', '')).toEqual([]);
    expect(await textsOf('destinations', 'start', 'Dome', 'do')).toEqual(['Dome']);
  });

  it('asks the server that the line names, and only for names', async () => {
    expect((await complete('--server', 'a:1', 'destinations', 'show', '')).servers).toEqual(['a:1']);
    expect((await complete('destinations', 'show', '--server=a:2', '')).servers).toEqual(['a:2']);
    expect((await complete('destinations', 'sh')).servers).toEqual([]);
  });

  it('leaves out options that are there, except those that may be repeated', async () => {
    expect(await textsOf('destinations', 'delete', 'x', '--stop', '--st')).toEqual([]);
    expect(await textsOf('import', 'x', '--select', 'y', '--se')).toEqual(['--select', '--server']);
  });

  it('takes no value of an option for a word', async () => {
    expect(await textsOf('--server', 'shows', 'source', 'sw')).toEqual(['switch']);
    expect(await textsOf('destinations', 'edit', '--apply', '')).toEqual(['now', 'next-start']);
    expect(await textsOf('export', '--output', '')).toBeNull();
    expect(await textsOf('destinations', 'edit', '--url', '')).toEqual([]);
  });
});
