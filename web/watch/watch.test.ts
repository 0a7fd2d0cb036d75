import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countdownText } from './times.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

describe('countdownText', () => {
  it.each([
    [-1, 'Starting soon'],
    [0, 'Starting soon'],
    [1, '00:00:01'],
    [59_999, '00:01:00'],
    [DAY_MS - SECOND_MS, '23:59:59'],
    [DAY_MS, '1 day 00:00:00'],
    [3 * DAY_MS + 3_723_000, '3 days 01:02:03'],
  ])('of %i ms is %s', (leftMs, text) => expect(countdownText(leftMs)).toBe(text));
});

describe('the colours of the public pages', () => {
  const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8');
  /** Returns the tokens of one block of rules. */
  const tokensOf = (css: string, selector: string) => {
    const start = css.indexOf(selector);
    const block = css.slice(start, css.indexOf('}', start));
    return Object.fromEntries([...block.matchAll(/(--sl-[\w-]+): ([^;]+);/g)].map(([, name, value]) => [name, value]));
  };

  it.each([
    ['light', ':root {', ':root {'],
    ['dark', '@media (prefers-color-scheme: dark) {', ":root[data-mantine-color-scheme='dark'] {"],
  ])('are the dashboard’s in the %s scheme', (_scheme, own, dashboards) => {
    const tokens = tokensOf(read('watch.css'), own);
    expect(Object.keys(tokens)).toHaveLength(7);
    expect(tokensOf(read('../src/theme/tokens.css'), dashboards)).toMatchObject(tokens);
  });
});
