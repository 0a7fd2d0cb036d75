import { describe, expect, it } from 'vitest';
import { createSendQueue, DROP_ABOVE_BYTES, DROP_ABOVE_MS, RESUME_BELOW_MS } from './send-queue.ts';
import type { OutgoingMessage } from '../../../../functions/connect/rtmp/chunk-writer.ts';
import type { QueuedMessage } from './send-queue.ts';

const BYTES = 1_000;

/** A link to a peer that accepts as much as the test allows, one second of its clock at a time. */
function makeLink() {
  const sent: OutgoingMessage[] = [];
  const state = { ready: true, nowMs: 0, deliveredBytes: 0, handedOverBytes: 0 };
  const queue = createSendQueue({
    send(message) {
      sent.push(message);
      state.handedOverBytes += message.body.length;
      return state.handedOverBytes;
    },
    isReady: () => state.ready,
    unsentBytes: () => 0,
    delivered: () => ({ bytes: state.deliveredBytes, atMs: state.nowMs }),
  });
  const offer = (frame: QueuedMessage['frame'], entryPoint = false, bytes = BYTES) =>
    queue.offer(makeMessage(state.nowMs, frame, entryPoint, bytes), state.nowMs);
  return { queue, sent, state, offer };
}

function makeMessage(
  timestampMs: number,
  frame: QueuedMessage['frame'],
  entryPoint: boolean,
  bytes = BYTES,
): QueuedMessage {
  const place = { typeId: 9, chunkStreamId: 6, streamId: 1, timestampMs };
  return { ...place, body: Buffer.alloc(bytes), frame, entryPoint, counted: frame === 'video' };
}

describe('the send queue', () => {
  it('sends at once while the link accepts data, and in order afterwards', () => {
    const { queue, sent, state, offer } = makeLink();
    offer('video', true);
    state.ready = false;
    offer('audio');
    state.ready = true;
    offer('video');
    expect(sent).toHaveLength(1);
    queue.flush();
    expect(sent).toHaveLength(3);
    expect(queue.unsentBytes()).toBe(0);
  });

  it('counts a frame when the peer has accepted its last byte, and knows the age of the oldest waiting frame', () => {
    const { queue, state, offer } = makeLink();
    for (; state.nowMs < 2_000; state.nowMs += 500) offer('video', true);
    expect(queue.settle()).toMatchObject({ frames: 0, delayMs: 2_000, isEmpty: false });
    state.deliveredBytes = 2 * BYTES + BYTES - 1;
    expect(queue.settle()).toMatchObject({ frames: 2, newestMs: 500, delayMs: 1_000 });
    state.deliveredBytes = 4 * BYTES;
    expect(queue.settle()).toMatchObject({ frames: 4, newestMs: 1_500, delayMs: 0, isEmpty: true });
  });

  it.each([50, 5_000])('starts to drop when the oldest frame is five seconds old, at %d bytes a frame', (bytes) => {
    const { queue, state, offer } = makeLink();
    offer('video', true, bytes);
    for (state.nowMs = 500; state.nowMs <= DROP_ABOVE_MS; state.nowMs += 500) {
      queue.settle();
      expect(offer('video', false, bytes)).toBe('taken');
    }
    queue.settle();
    expect(offer('audio', false, 1)).toBe('dropped');
  });

  it('starts to drop above sixteen megabytes, at any age', () => {
    const { queue, state, offer } = makeLink();
    state.ready = false;
    while (offer('video', false, 1024 * 1024) === 'taken');
    expect(queue.unsentBytes()).toBe(DROP_ABOVE_BYTES + 1024 * 1024);
  });

  it('resumes at a keyframe, and only when no frame on its way is older than two seconds', () => {
    const { queue, state, offer } = makeLink();
    for (; state.nowMs <= DROP_ABOVE_MS; state.nowMs += 100) offer('video', state.nowMs === 0);
    state.nowMs = DROP_ABOVE_MS + 100;
    queue.settle();
    expect(offer('video', true)).toBe('dropped');
    state.deliveredBytes = (state.nowMs - RESUME_BELOW_MS) * (BYTES / 100);
    expect(offer('video', true)).toBe('dropped');
    state.deliveredBytes += BYTES;
    expect(offer('video', false)).toBe('dropped');
    expect(offer('audio', false)).toBe('dropped');
    expect(offer('video', true)).toBe('taken');
    expect(offer('audio', false)).toBe('taken');
  });

  it('never drops headers', () => {
    const { queue, sent, state, offer } = makeLink();
    offer('video', true);
    state.nowMs = DROP_ABOVE_MS + 100;
    queue.settle();
    expect(offer('video')).toBe('dropped');
    expect(offer('none', false, 40)).toBe('taken');
    expect(sent.at(-1)!.body).toHaveLength(40);
  });
});
