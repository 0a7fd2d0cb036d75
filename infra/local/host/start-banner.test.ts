import { expect, it } from 'vitest';
import { readSettings } from './settings.ts';
import { bannerLines } from './start-banner.ts';

const TOKEN = 'the-token-of-this-installation';
const PASSPHRASE = 'the-passphrase';
const banner = (changes: Partial<Parameters<typeof bannerLines>[0]> = {}, environment = {}) =>
  bannerLines({
    settings: readSettings(environment),
    origin: 'http://127.0.0.1:8080',
    token: TOKEN,
    srtPassphrase: PASSPHRASE,
    isTerminal: true,
    ...changes,
  }).join('\n');

it('the banner shows a terminal the sign-in link and the full encoder address at every start', () => {
  expect(banner()).toContain(`Sign in:    http://127.0.0.1:8080/#token=${TOKEN}`);
  expect(banner()).toContain(`srt://127.0.0.1:9998?mode=caller&latency=200000&passphrase=${PASSPHRASE}\n`);
  expect(banner({}, { SLUICE_TOKEN: TOKEN })).toContain('#token=');
});

it('the banner hides both from a log and names the command that prints them', () => {
  const text = banner({ isTerminal: false });
  expect(text).not.toContain(TOKEN);
  expect(text).not.toContain(PASSPHRASE);
  expect(text).toContain('http://127.0.0.1:8080');
  expect(text.match(/npm run link/g)).toHaveLength(2);
});

it('the banner warns about an open listener, with the reason and the remedy', () => {
  expect(banner()).not.toContain('Warning');
  const open = banner({ srtPassphrase: undefined });
  expect(open).toContain('Warning: the SRT listener is open, because an earlier version created this data directory.');
  expect(open).toContain('SRT_PASSPHRASE=generate');
  expect(banner({ srtPassphrase: undefined }, { SRT_PASSPHRASE: 'none' })).toContain('because SRT_PASSPHRASE is none');
});

it('the banner names the catalogue of public pages when they are on', () => {
  expect(banner()).not.toContain('Watch page');
  expect(banner({}, { SLUICE_AUDIENCE: 'on' })).toContain('Watch page: http://127.0.0.1:8081/watch');
});
