import { expect, it } from 'vitest';
import { isLocalScraper } from './is-local-scraper.ts';

const from = (remoteAddress: string | undefined, headers: Record<string, string> = { host: '127.0.0.1:8080' }) =>
  isLocalScraper({ incoming: { socket: { remoteAddress }, headers } });

it('accepts a request from this machine to a loopback name', () => {
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) expect(from(address)).toBe(true);
  for (const host of ['localhost:8080', 'LOCALHOST', '[::1]:8080', '127.0.0.1']) {
    expect(from('127.0.0.1', { host })).toBe(true);
  }
});

it('refuses another machine and a closed connection', () => {
  for (const address of ['10.0.0.5', '192.168.1.2', 'fe80::1', '::ffff:10.0.0.5', undefined]) {
    expect(from(address)).toBe(false);
  }
});

it('refuses what a proxy on this machine passes on', () => {
  for (const name of ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'cf-connecting-ip']) {
    expect(from('127.0.0.1', { host: 'localhost', [name]: '' })).toBe(false);
  }
});

it('refuses a name that a web page can rebind to this machine', () => {
  for (const host of ['rebound.example.com', 'localhost.example.com', '127.0.0.1.example.com', '192.168.1.2', '']) {
    expect(from('127.0.0.1', { host })).toBe(false);
  }
  expect(from('127.0.0.1', {})).toBe(false);
});
