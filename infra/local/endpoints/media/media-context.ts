/**
 * The context of the endpoints' operations. Three rules hold everywhere:
 *
 * - `state` is the truth about resources and is saved (`commit`) before a caller gets its response or a timer ends.
 * - A slow change of state is a `Transition` on the record. It carries its due time, so a restart resumes exactly the
 *   timers that were running.
 * - The engine receives commands with the desired state, in order per resource (`command`). Which flow feeds which
 *   address is never stored: each commit derives it from the state.
 */
import type { Clock } from '../../host/clock.ts';
import type { EventSink } from '../wire/local-service.ts';
import type { StateStore } from '../../host/state-store.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../wire/local-service.ts';
import type { MediaEngine, SrtReceiver } from '../../engine/contract.ts';
import type { Harvester } from './harvester.ts';
import type { Identifiers } from './identifiers.ts';
import type { MediaState } from './media-state.ts';
import type { ObjectStore } from '../s3/object-store.ts';
import type { Durations, Quotas } from './profiles.ts';
import type { AroundOperation } from '../wire/rest-json-service.ts';

/** The kinds of resources that change state on their own, named by their member of the state. */
export type TransitionKind = 'flows' | 'inputSecurityGroups' | 'inputs' | 'channels' | 'harvestJobs';

/** An upcoming change of state, as a fault hook sees it. */
export interface TransitionPlan {
  kind: TransitionKind;
  id: string;
  from: string;
  to: string;
  afterMs: number;
}

/** Hooks for tests and fault injection. */
export interface MediaHooks {
  /** Returns the passphrase behind the ARN of a secret that the local Secrets Manager does not hold. */
  resolveSecret?(secretArn: string): string | undefined;
  /** Called around every operation of every service. */
  around?: AroundOperation;
  /**
   * May redirect or slow down a change of state: `{ to: 'CREATE_FAILED' }`, `{ to: 'IDLE' }` for a start that fails,
   * `{ afterMs: Infinity }` for one that never ends.
   */
  planTransition?(plan: TransitionPlan): { to?: string; afterMs?: number } | undefined;
}

export interface MediaContext {
  state: MediaState;
  clock: Clock;
  engine: MediaEngine;
  harvester: Harvester;
  durations: Durations;
  quotas: Quotas;
  hooks: MediaHooks;
  identifiers: Identifiers;
  store: StateStore;
  events: EventSink;
  nextEventId(): string;
  /**
   * The address of the origin for players, without a trailing slash: where MediaPackage was last called,
   * `http://127.0.0.1:4566`.
   */
  originUrl: string;
  /** Overrides the host that SRT listeners bind. */
  listenHost?: string | undefined;
  /** Completes a transition, by kind. */
  arrivals: Record<TransitionKind, (context: MediaContext, id: string, to: string) => void>;
  /** S3, as far as MediaLive reads from it. */
  objects: Pick<ObjectStore, 'get' | 'hasBucket'>;
  /** The images that the engine reads. `directory` makes their directory when it is first called. */
  images: { directory(): string; remove(): void };
  /** The last pending command of each resource. */
  commands: Map<string, Promise<void>>;
  /** The addresses of the last feed command, by flow ARN. */
  fedAddresses: Map<string, string>;
  /** The SRT receivers of the last command, by flow ARN. */
  calledReceivers: Map<string, SrtReceiver[]>;
  closed: boolean;
}

/** Puts an event on the bus as the given service would. */
export function emit(
  context: MediaContext,
  event: { source: string; detailType: string; resources: string[]; detail: Record<string, unknown> },
): void {
  context.events.put({
    version: '0',
    id: context.nextEventId(),
    source: event.source,
    'detail-type': event.detailType,
    account: LOCAL_ACCOUNT_ID,
    region: LOCAL_REGION,
    time: `${new Date(context.clock.now()).toISOString().slice(0, 19)}Z`,
    resources: event.resources,
    detail: event.detail,
  });
}
