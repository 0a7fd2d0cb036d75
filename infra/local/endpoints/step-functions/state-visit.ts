import type { Clock } from '../../host/clock.ts';
import type { Definition } from './definition.ts';
import { countRetries, type RetryCounter } from './retry-delay.ts';

/** The execution's way through the states: which one it is in, and whether its event log has reported it. */
export interface StateVisit {
  /** The context object's `State`; changes with each entry. */
  readonly context: { Name: string; EnteredTime: string; RetryCount: number };
  /** Notes the entry into a state. */
  enter(name: string): void;
  /** Notes that the event log has reported one more entry. */
  reported(): void;
  /** Returns whether the event log has yet to report an entry. */
  isAhead(): boolean;
  /** Waits for the next report, or for `wake`. */
  nextReport(): Promise<void>;
  /** Wakes the task that waits for a report. */
  wake(): void;
  /** Returns the retries of the present visit. */
  retries(): RetryCounter;
}

/** Creates the way of an execution that has entered no state. */
export function createStateVisit(definition: Definition, deps: { clock: Clock; random: () => number }): StateVisit {
  const context = { Name: '', EnteredTime: '', RetryCount: 0 };
  let enteredTimes = 0;
  let reportedTimes = 0;
  let retries = countRetries([], deps.random);
  let wake = () => {};

  return {
    context,
    enter(name) {
      enteredTimes += 1;
      retries = countRetries(definition.States[name]!.Retry ?? [], deps.random);
      context.Name = name;
      context.EnteredTime = new Date(deps.clock.now()).toISOString();
      context.RetryCount = 0;
    },
    reported() {
      reportedTimes += 1;
      wake();
    },
    wake: () => wake(),
    isAhead: () => reportedTimes < enteredTimes,
    nextReport: () => new Promise<void>((resolve) => (wake = resolve)),
    retries: () => retries,
  };
}
