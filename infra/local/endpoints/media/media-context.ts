/**
 * What the endpoints' operations work with. Three rules hold everywhere:
 *
 * - `state` is the truth about resources and is saved (`commit`) before a caller or a timer is done with it.
 * - A change of state that takes time is a `Transition` on the record. It carries its own due time, so a restart picks
 *   up exactly the timers that were running.
 * - The engine is told what should be, in order per resource (`command`). Which flow feeds which address is never stored:
 *   it is derived from the state at each commit.
 */
import type { Clock } from '../../host/clock.ts';
import type { EventSink } from '../wire/service.ts';
import type { StateStore } from '../../host/state-store.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../wire/service.ts';
import type { MediaEngine } from '../../engine/contract.ts';
import type { Identifiers } from './identifiers.ts';
import type { MediaState } from './media-state.ts';
import type { Durations, Quotas } from './profiles.ts';
import type { AroundOperation } from '../wire/rest-json-service.ts';

/** Resources that change state by themselves, by the member of the state that holds them. */
export type TransitionKind = 'flows' | 'inputSecurityGroups' | 'inputs' | 'channels';

/** A change of state about to begin, as a fault hook sees it. */
export interface TransitionPlan {
  kind: TransitionKind;
  id: string;
  from: string;
  to: string;
  afterMs: number;
}

/** Where tests and fault injection reach in. */
export interface MediaHooks {
  /** The passphrase behind a Secrets Manager ARN. */
  resolveSecret?(secretArn: string): string | undefined;
  /** Called around every operation of every service. */
  around?: AroundOperation;
  /**
   * May redirect a change of state or make it take longer: `{ to: 'CREATE_FAILED' }`, `{ to: 'IDLE' }` for a start that
   * fails, `{ afterMs: Infinity }` for one that never ends.
   */
  planTransition?(plan: TransitionPlan): { to?: string; afterMs?: number } | undefined;
}

export interface MediaContext {
  state: MediaState;
  clock: Clock;
  engine: MediaEngine;
  durations: Durations;
  quotas: Quotas;
  hooks: MediaHooks;
  identifiers: Identifiers;
  store: StateStore;
  events: EventSink;
  nextEventId(): string;
  /** Where players reach the origin, no trailing slash: where MediaPackage was last called, `http://127.0.0.1:4566`. */
  originUrl: string;
  /** Overrides the host SRT listeners bind. */
  listenHost?: string | undefined;
  /** What happens when a transition is over, by kind. */
  arrivals: Record<TransitionKind, (context: MediaContext, id: string, to: string) => void>;
  /** Last command of each resource still under way. */
  commands: Map<string, Promise<void>>;
  /** Addresses each flow was last told to feed, by flow ARN. */
  fedAddresses: Map<string, string>;
  closed: boolean;
}

/** Puts an event on the bus as the service named would. */
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
