import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createS3 } from './create-s3.ts';
import { DamagedObjectError, openObjectDirectory, type ObjectStore } from './object-store.ts';

const KEY = 'reports/2026-11-30.csv';
const HEADERS = { 'content-type': 'text/csv' };
const attributes = (headers: Record<string, string>) => ({ headers, metadata: {}, checksum: null });

describe('objects in a directory', () => {
  let directory: string;
  let store: ObjectStore;
  const file = (suffix: string) => join(directory, 's3', 'bucket', encodeURIComponent(KEY) + suffix);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sluice-objects-'));
    store = openObjectDirectory(join(directory, 's3'));
    store.createBucket('bucket');
    store.put('bucket', KEY, Buffer.from('first'), attributes(HEADERS));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it.each([0, 2, 4])('a flipped bit in byte %i of an object is noticed when it is read', async (position) => {
    const bytes = readFileSync(file('.object'));
    bytes[position]! ^= 1;
    writeFileSync(file('.object'), bytes);
    expect(() => store.get('bucket', KEY)).toThrow(DamagedObjectError);
    expect(store.list('bucket').map(({ key }) => key)).toEqual([KEY]);

    const logged = vi.spyOn(console, 'error').mockReturnValue();
    const url = `http://127.0.0.1/bucket/${KEY}`;
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const answer = await createS3({ dataDirectory: directory }).handle(new Request(url, { headers }));
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain('The stored object is damaged.');
    expect(logged).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(file('.object')));
    logged.mockRestore();

    store.put('bucket', KEY, Buffer.from('second'), attributes(HEADERS));
    expect(store.get('bucket', KEY)?.body.toString()).toBe('second');
  });

  it('a crash between the two writes of a replacement leaves the former object whole', () => {
    const former = readFileSync(file('.object'));
    store.put('bucket', KEY, Buffer.from('second'), attributes({ 'content-type': 'text/plain' }));
    writeFileSync(file('.object'), former);
    const found = store.get('bucket', KEY)!;
    expect(found.body.toString()).toBe('first');
    expect(found.object.headers).toEqual(HEADERS);
  });

  it('a crash between the two writes of a new object leaves no object', () => {
    rmSync(file('.object'));
    expect(store.get('bucket', KEY)).toBeNull();
    expect(store.list('bucket')).toEqual([]);
  });
});
