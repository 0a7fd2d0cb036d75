import * as mediaConnect from '@aws-sdk/client-mediaconnect';
import { describe, expect, it } from 'vitest';
import { mediaConnectBindings } from './mediaconnect-bindings.ts';

const commands = Object.entries(mediaConnect)
  .filter(([name]) => name.endsWith('Command'))
  .map(([name, command]) => [name.replace(/Command$/, ''), command as new (input: object) => never] as const);

/** Returns the request line that the SDK client sends for an operation, with `x` for every label. */
async function sentBy(name: string, command: new (input: object) => never): Promise<string> {
  let sent = '';
  const client = new mediaConnect.MediaConnectClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: {
      async handle({ method, path }: { method: string; path: string }) {
        sent = `${method} ${path}`;
        throw new Error('not sent');
      },
    },
    maxAttempts: 1,
  });
  const labels = [...(bindingOf(name)?.[2] ?? '').matchAll(/\{(\w+)\}/g)].map(([, label]) => [label, 'x']);
  await client.send(new command({ ...Object.fromEntries(labels), TagKeys: ['x'] })).catch(() => {});
  return sent;
}

const bindingOf = (name: string) => mediaConnectBindings.find(([bound]) => bound === name);

describe('the table of MediaConnect’s operations', () => {
  it.each(commands)('matches the SDK client’s method and path for %s', async (name, command) => {
    const [, method, path] = bindingOf(name)!;
    expect(await sentBy(name, command)).toBe(`${method} ${path.replaceAll(/\{\w+\}/g, 'x')}`);
  });

  it('contains every operation once', () => {
    const addresses = mediaConnectBindings.map(([, method, path]) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(new Set(addresses).size).toBe(mediaConnectBindings.length);
    expect(commands.length).toBeGreaterThan(50);
  });
});
