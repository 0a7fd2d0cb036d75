import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOutgoingUrl } from './outgoing-url.ts';

const remote = { loopbackAllowed: false };
const local = { loopbackAllowed: true };

describe('a listed private address', () => {
  const options = { loopbackAllowed: false, privateHosts: ['192.168.1.20:8000', '[fd00::5]:443', '10.0.0.7:80'] };

  it.each([
    ['http://192.168.1.20:8000', 'http://192.168.1.20:8000/'],
    ['https://192.168.1.20:8000/x', 'https://192.168.1.20:8000/x'],
    ['https://[FD00:0::5]/x', 'https://[fd00:0::5]/x'],
    ['http://10.0.0.7/', 'http://10.0.0.7/'],
    ['http://192.168.1.20/', null],
    ['http://192.168.1.20:8001/', null],
    ['http://192.168.1.21:8000/', null],
    ['http://0xc0a80114:8000/', null],
    ['http://192.168.276:8000/', null],
    ['http://companion.example.com:8000/', null],
    ['http://169.254.169.254:8000/', null],
  ])('%s is read as %s', (text, url) => {
    const parsed = parseOutgoingUrl(text, options);
    expect(parsed.ok ? parsed.url : null).toBe(url);
  });
});

describe('the URL of a webhook', () => {
  it.each([
    ['https://hooks.example.com/a/b?c=d', 'https://hooks.example.com/a/b?c=d'],
    ['HTTPS://Hooks.Example.COM', 'https://hooks.example.com/'],
    ['https://example.com:8443/x', 'https://example.com:8443/x'],
    ['https://203.0.113.200:8443?x', null],
    ['https://8.8.8.8/x', 'https://8.8.8.8/x'],
    ['https://[2606:4700::1111]/x', 'https://[2606:4700::1111]/x'],
  ])('%s is read as %s', (text, url) => {
    const parsed = parseOutgoingUrl(text, remote);
    expect(parsed.ok ? parsed.url : null).toBe(url);
  });

  it.each([
    'http://example.com/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest',
    'https://10.0.0.1/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://[fd00::1]/',
    'https://metadata.google.internal/',
    'https://printer.local/',
    'https://intranet/',
    'https://user:pass@example.com/',
    'https://example.com:22/',
    'https://example.com:6379/',
    'https://example.com:80/',
    'https://example.com:99999/',
    'https://example.com/#x',
    'https://example.com/\r\nX: y',
    'https://exa mple.com/',
    'https://example.com\\@evil.example/',
    'https:///x',
    'https:example.com',
    'file:///etc/passwd',
    'rtmp://example.com/live',
    '',
    `https://example.com/${'a'.repeat(2050)}`,
  ])('%j is refused', (text) => {
    expect(parseOutgoingUrl(text, remote).ok).toBe(false);
  });

  it('may be http only to this machine, where that is allowed', () => {
    expect(parseOutgoingUrl('http://127.0.0.1:8080/hook', local)).toMatchObject({ ok: true, host: '127.0.0.1' });
    expect(parseOutgoingUrl('http://localhost:8080/hook', local).ok).toBe(true);
    expect(parseOutgoingUrl('http://localhost:8080/hook', remote).ok).toBe(false);
    expect(parseOutgoingUrl('http://example.com:8080/hook', local).ok).toBe(false);
    expect(parseOutgoingUrl('https://10.0.0.1/hook', local).ok).toBe(false);
  });

  it('is read as the URL parser that sends reads it, and a refusal never repeats it', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'https://',
        'http://',
        'a.example',
        '@',
        ':',
        '8443',
        '/',
        '?',
        '#',
        '\\',
        '[',
        ']',
        '127.0.0.1',
        '%2e',
        'x',
        '..',
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        const parsed = parseOutgoingUrl(text, remote);
        const { hostname, protocol, username, password, hash } = new URL(parsed.ok ? parsed.url : 'https://x');
        expect(hostname).toBe(parsed.ok ? parsed.host : 'x');
        expect([protocol, username, password, hash]).toEqual(['https:', '', '', '']);
        expect(parsed.ok ? '' : parsed.message).not.toContain('a.example');
      }),
      { numRuns: 2000 },
    );
  });
});
