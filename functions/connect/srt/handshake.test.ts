import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import { expect, it } from 'vitest';
import { readHandshakeAnswer, writeConclusion, writeInduction } from './handshake.ts';
import { createPayloadKey } from '../../../infra/local/engine/srt/key-material.ts';

const caller = { socketId: 7, firstSequence: 100, latencyMs: 200, streamId: 'abcde' };

it('begins with a handshake of version 4 without a cookie', () => {
  const body = writeInduction(caller);
  expect([body.length, body.readUInt32BE(0), body.readUInt32BE(20), body.readUInt32BE(28)]).toEqual([48, 4, 1, 0]);
});

it('concludes with latency and stream ID, each word of which is in reverse order', () => {
  const body = writeConclusion(caller, 0xdead_beef);
  expect([body.readUInt32BE(0), body.readUInt16BE(6), body.readUInt32BE(28)]).toEqual([5, 1 | 4, 0xdead_beef]);
  expect(body.subarray(48, 52)).toEqual(Buffer.from([0, 1, 0, 3]));
  expect([body.readUInt16BE(60), body.readUInt16BE(62)]).toEqual([200, 200]);
  expect(body.subarray(64)).toEqual(Buffer.concat([Buffer.from([0, 5, 0, 2]), Buffer.from('dcba\0\0\0e', 'latin1')]));
});

it('wraps a random key with the passphrase, with which the receiver decrypts each packet', () => {
  const key = createPayloadKey('a passphrase');
  const { message } = key;
  expect(message.subarray(0, 16).toString('hex')).toBe('12202901000000000200020000000404');
  const salt = message.subarray(16, 32);
  const wrapping = pbkdf2Sync('a passphrase', salt.subarray(8), 2048, 16, 'sha1');
  const unwrap = createDecipheriv('id-aes128-wrap', wrapping, Buffer.alloc(8, 0xa6));
  const plain = Buffer.concat([unwrap.update(message.subarray(32)), unwrap.final()]);
  const sequence = 0x1234_5678;
  const counter = Buffer.concat([salt.subarray(0, 14), Buffer.alloc(2)]);
  for (const [index, byte] of [0x12, 0x34, 0x56, 0x78].entries()) counter[10 + index]! ^= byte;
  const decipher = createDecipheriv('aes-128-ctr', plain, counter);
  expect(decipher.update(key.encrypt(Buffer.from('seven packets'), sequence)).toString()).toBe('seven packets');
});

it('reads a rejection, and ignores what is no answer', () => {
  const body = Buffer.alloc(48);
  body.writeUInt32BE(1010, 20);
  expect(readHandshakeAnswer(body, false)).toEqual({ kind: 'rejected', reason: 1010 });
  expect(readHandshakeAnswer(Buffer.alloc(48), false)).toBeNull();
  expect(readHandshakeAnswer(Buffer.alloc(10), false)).toBeNull();
});

it('counts an acceptance without a key as a refusal of the passphrase', () => {
  const body = Buffer.concat([Buffer.alloc(48), Buffer.from([0, 2, 0, 3]), Buffer.alloc(12)]);
  body.writeUInt32BE(5, 0);
  body.writeUInt32BE(0xffff_ffff, 20);
  body.writeUInt32BE(9, 24);
  body.writeUInt16BE(700, 48 + 4 + 8);
  expect(readHandshakeAnswer(body, false)).toMatchObject({ kind: 'accepted', socketId: 9, latencyMs: 700 });
  expect(readHandshakeAnswer(body, true)).toEqual({ kind: 'rejected', reason: 0 });
});
