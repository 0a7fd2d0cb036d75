import { expect, it } from 'vitest';
import { devOrigin, readDevPort } from './dev-port.ts';
import { SettingsError } from './settings.ts';

it.each([
  [{}, 5173],
  [{ DEV_PORT: '' }, 5173],
  [{ DEV_PORT: '3000' }, 3000],
])('the environment %j puts the development server on port %i', (environment, port) => {
  expect(readDevPort(environment)).toBe(port);
  expect(devOrigin(port)).toBe(`http://127.0.0.1:${port}`);
});

it.each(['0', '65536', 'http', '-1', '5173.5'])('DEV_PORT=%s is refused with what is allowed', (text) => {
  expect(() => readDevPort({ DEV_PORT: text })).toThrow(SettingsError);
  expect(() => readDevPort({ DEV_PORT: text })).toThrow(/DEV_PORT is ".*": a port from 1 to 65535/);
});
