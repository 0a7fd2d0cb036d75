import type { Clock } from '../host/clock.ts';
import { LISTENER_NAMES, type ListenerName } from './contract.ts';
import type { NewestTimes } from './newest-times.ts';
import type { SourceLane } from './source-lane.ts';
import { chooseListener } from './source-selection.ts';
import type { SourceStream } from './source-stream.ts';

/** The choice is reviewed this often while there are two listeners. */
const REVIEW_MS = 50;

/** Which listener feeds the flow, and the change from one to the other. */
export interface SourceChoice {
  selected(): ListenerName;
  /** Changes since the start. */
  switches(): number;
  /** Takes what arrives at a listener. */
  take(name: ListenerName, chunk: Buffer): void;
  /** Handles the end of a listener's connection. */
  lose(name: ListenerName): void;
  /** Follows a new preference at once, if that listener delivers. */
  prefer(name: ListenerName | undefined): void;
  /** Removes a listener, which feeds the flow no longer. Returns it, still open. */
  drop(name: ListenerName): SourceLane | undefined;
  /** Reviews the choice from now on, as long as there are two listeners. */
  watch(): void;
  isClosed(): boolean;
  close(): void;
}

/** @param options.newest newest times of the stream; null while there is none */
export function createSourceChoice(options: {
  lanes: Map<ListenerName, SourceLane>;
  stream: SourceStream;
  clock: Clock;
  preferred: ListenerName | undefined;
  newest: () => NewestTimes | null;
  onChange: () => void;
}): SourceChoice {
  const { clock, lanes, stream } = options;
  let { preferred } = options;
  let selected: ListenerName = 'main';
  /** Whether the preference is new and was not followed yet. */
  let isPreferenceNew = false;
  let switches = 0;
  let closed = false;
  let cancelReview = () => {};

  function isDelivering(name: ListenerName): boolean {
    return lanes.get(name)?.flow().isDelivering ?? false;
  }

  function select(name: ListenerName): void {
    lanes.get(selected)?.select(false);
    selected = name;
    lanes.get(name)!.select(true);
    options.onChange();
  }

  /** Continues the stream with that of another listener. */
  function change(name: ListenerName): void {
    const group = lanes.get(name)?.group();
    if (!group) return;
    switches += 1;
    select(name);
    if (!stream.continueWith(group)) stream.begin();
  }

  function review(): void {
    const flows = Object.fromEntries([...lanes].map(([name, lane]) => [name, lane.flow()]));
    if (preferred === selected || (preferred && !flows[preferred]?.isDelivering)) isPreferenceNew = false;
    const next = chooseListener(selected, flows, { preferred, isImmediate: isPreferenceNew }, clock.now());
    if (next !== selected) change(next);
  }

  function watch(): void {
    cancelReview();
    cancelReview = clock.after(REVIEW_MS, reviewAgain);
  }

  function reviewAgain(): void {
    if (lanes.size < 2) return;
    review();
    watch();
  }

  return {
    selected: () => selected,
    switches: () => switches,
    take(name, chunk) {
      // Nothing feeds the flow, so the first to deliver does.
      if (name !== selected && options.newest() === null && !isDelivering(selected)) {
        select(name);
        stream.begin();
      }
      if (name === selected) stream.push(chunk);
    },
    lose(name) {
      if (name !== selected || closed) return;
      stream.leave();
      if (lanes.size > 1) review();
      // Otherwise the other encoder continues the stream with its next keyframe.
      if (!isDelivering(otherThan(name))) stream.endIfLeft();
    },
    prefer(name) {
      isPreferenceNew ||= name !== undefined && name !== preferred;
      preferred = name;
    },
    drop(name) {
      const lane = lanes.get(name);
      const other = otherThan(name);
      if (selected === name) {
        if (lanes.get(other)!.flow().isReady) change(other);
        else {
          select(other);
          stream.end();
        }
      }
      lanes.delete(name);
      return lane;
    },
    watch,
    isClosed: () => closed,
    close() {
      closed = true;
      cancelReview();
    },
  };
}

function otherThan(name: ListenerName): ListenerName {
  return LISTENER_NAMES.find((other) => other !== name)!;
}
