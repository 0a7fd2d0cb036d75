import { courseOf, formatMicroUsd, type AnyCeiling } from './ceiling.ts';

/** Words of what a ceiling does, for the timeline and the log of a show. */

/** Names a ceiling with its amount. */
export function nameOfCeiling({ period, microUsd }: Pick<AnyCeiling, 'period' | 'microUsd'>): string {
  return `${period} ceiling of ${formatMicroUsd(microUsd)}`;
}

/** Describes what a ceiling is doing. */
export function courseText(ceiling: AnyCeiling, now: Date): string {
  const course = courseOf(ceiling, now);
  const name = nameOfCeiling(ceiling);
  if (!course) return `${name}: the question is void, because enough was stopped`;
  const { atLimit } = ceiling;
  if (course.state === 'asked' && atLimit.action === 'ask') {
    const stop = atLimit.defaultAnswer === 'stop' ? 'everything that is not spared stops' : 'everything keeps running';
    return `${name} is reached: without an answer until ${course.answerDueAt}, ${stop}`;
  }
  return course.state === 'stopped'
    ? `${name} is reached: everything that is not spared stops`
    : `${name} is reached: everything keeps running`;
}

/** Describes a person's answer. @param until what ends the time in which it keeps running, such as `the day ends` */
export function answerText(ceiling: AnyCeiling, until: string): string {
  const name = nameOfCeiling(ceiling);
  if (ceiling.course?.state === 'stopped') return `${name}: stop everything that is not spared`;
  const kept = ceiling.course?.keptUntilMicroUsd;
  return kept ? `${name}: keep running up to ${formatMicroUsd(kept)}` : `${name}: keep running until ${until}`;
}
