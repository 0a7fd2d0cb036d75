import type { PostAnswer, PostRequest } from '../../functions/notify/post.ts';
import { currentInvocation, type Carry, type WireAnswer, type WireCall } from './in-process-transport.ts';
import { tell } from './watching.ts';
import type { World } from './world.ts';

/**
 * Receivers of webhooks. A request to one is a call like those to AWS, so the same faults can meet it: it is delayed, it
 * is answered and the answer is lost, its sender dies.
 */

/** A message as it arrived at a receiver. */
export interface Message {
  host: string;
  id: string;
  /** Unix seconds, as the sender says. */
  timestamp: string;
  signature: string;
  text: string;
  atMs: number;
  /** The status of the answer; null when the receiver does not answer. */
  status: number | null;
}

/** Answers with a status, or not at all. */
export type ReceiverAnswer = { status: number; retryAfter?: string } | 'hang';

export interface Receiver {
  /** @param sinceMs time since the first message */
  answer(sinceMs: number): ReceiverAnswer;
  /** What arrived, in order. */
  messages: Message[];
}

/** How long the sender waits for an answer; see functions/notify/post.ts. */
const SENDER_WAITS_MS = 10_000;

const pause = (world: World, delayMs: number) => new Promise<void>((done) => void world.clock.after(delayMs, done));
const never = () => new Promise<never>(() => {});

/** Sends a request to a receiver of the world, like `post` does over the network. */
export async function postTo(
  world: World,
  carry: Carry,
  { url, body, headers = {} }: PostRequest,
): Promise<PostAnswer> {
  const invocation = currentInvocation.getStore() ?? null;
  if (invocation?.diesAtNextCall) invocation.kill();
  if (invocation?.isDead) return never();
  const call: WireCall = {
    invocation,
    service: 'receiver',
    operation: 'Post',
    position: invocation ? invocation.calls++ : 0,
    // Only the host of the URL, because the rest is a secret that nothing else may hold.
    body: {
      host: new URL(url).hostname,
      id: headers['webhook-id'] ?? '',
      timestamp: headers['webhook-timestamp'] ?? '',
      signature: headers['webhook-signature'] ?? '',
      text: body,
    },
    path: '/',
  };
  const answer = await carryQuietly(carry, call, world);
  return invocation?.isDead ? never() : answer;
}

async function carryQuietly(carry: Carry, call: WireCall, world: World): Promise<PostAnswer> {
  try {
    const { status, headers, body } = await carry(call, async () => take(world, call));
    if (status === 0) await pause(world, SENDER_WAITS_MS);
    if (status === 0) return { status: null, error: 'timeout', text: '' };
    return { status, error: null, retryAfter: headers['retry-after'], text: body };
  } catch (error) {
    const isLate = (error as Error).name === 'TimeoutError';
    return { status: null, error: isLate ? 'timeout' : 'connection_lost', text: '' };
  }
}

/** The receiver takes a message. @returns its answer; status 0 for none */
function take(world: World, call: WireCall): WireAnswer {
  const { host, id, timestamp, signature, text } = call.body as Record<string, string> & { host: string };
  const receiver = world.receivers.get(host);
  if (!receiver) throw new Error(`no receiver at ${host}`);
  const atMs = world.clock.now();
  const answer = receiver.answer(atMs - (receiver.messages[0]?.atMs ?? atMs));
  const status = answer === 'hang' ? null : answer.status;
  const message = { host, id: id!, timestamp: timestamp!, signature: signature!, text: text!, atMs, status };
  receiver.messages.push(message);
  tell(world, (watcher) => watcher.received?.(message, call));
  const retryAfter = answer === 'hang' ? undefined : answer.retryAfter;
  return { status: status ?? 0, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter }, body: 'taken' };
}
