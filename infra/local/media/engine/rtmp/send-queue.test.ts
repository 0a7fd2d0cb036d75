import { describe, expect, it } from 'vitest';
import { createSendQueue, DROP_ABOVE_BYTES, RESUME_BELOW_BYTES } from './send-queue.ts';
import type { OutgoingMessage } from './chunk-writer.ts';
import type { QueuedMessage } from './send-queue.ts';

const BLOCK_BYTES = 256 * 1024;

function makeLink() {
  const sent: OutgoingMessage[] = [];
  const link = {
    ready: false,
    send: (message: OutgoingMessage) => sent.push(message),
    isReady: () => link.ready,
    unsentBytes: () => 0,
  };
  return { link, sent };
}

function makeMessage(frame: QueuedMessage['frame'], entryPoint = false, bytes = BLOCK_BYTES): QueuedMessage {
  return { typeId: 9, chunkStreamId: 6, streamId: 1, timestampMs: 0, body: Buffer.alloc(bytes), frame, entryPoint };
}

/** Offers plain frames until one is dropped. */
function fill(queue: ReturnType<typeof createSendQueue>): void {
  while (queue.offer(makeMessage('video')) === 'taken');
}

describe('the send queue', () => {
  it('sends at once while the link takes it, and in order afterwards', () => {
    const { link, sent } = makeLink();
    const queue = createSendQueue(link);
    const [first, second, third] = [makeMessage('video', true), makeMessage('audio'), makeMessage('video')];
    link.ready = true;
    queue.offer(first!);
    link.ready = false;
    queue.offer(second!);
    link.ready = true;
    queue.offer(third!);
    expect(sent).toEqual([first]);
    queue.flush();
    expect(sent).toEqual([first, second, third]);
    expect(queue.unsentBytes()).toBe(0);
  });

  it('begins to drop above four megabytes', () => {
    const { link } = makeLink();
    const queue = createSendQueue(link);
    fill(queue);
    expect(queue.unsentBytes()).toBe(DROP_ABOVE_BYTES + BLOCK_BYTES);
    expect(queue.offer(makeMessage('audio', false, 1))).toBe('dropped');
  });

  it('resumes at a keyframe, and only with less than one megabyte waiting', () => {
    const { link } = makeLink();
    const queue = createSendQueue(link);
    fill(queue);
    let left = queue.unsentBytes() / BLOCK_BYTES - RESUME_BELOW_BYTES / BLOCK_BYTES;
    link.isReady = () => left-- > 0;
    queue.flush();
    link.isReady = () => false;
    expect(queue.unsentBytes()).toBe(RESUME_BELOW_BYTES);
    expect(queue.offer(makeMessage('video', true))).toBe('dropped');
    left = 1;
    link.isReady = () => left-- > 0;
    queue.flush();
    expect(queue.offer(makeMessage('video', false))).toBe('dropped');
    expect(queue.offer(makeMessage('audio', false))).toBe('dropped');
    expect(queue.offer(makeMessage('video', true))).toBe('taken');
    expect(queue.offer(makeMessage('audio', false))).toBe('taken');
  });

  it('never drops headers', () => {
    const { link, sent } = makeLink();
    const queue = createSendQueue(link);
    fill(queue);
    const header = makeMessage('none', false, 40);
    expect(queue.offer(header)).toBe('taken');
    link.ready = true;
    queue.flush();
    expect(sent.at(-1)).toBe(header);
  });
});
