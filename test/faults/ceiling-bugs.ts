import type { PlantedBug } from './planted-bugs.ts';

/** Bugs in what a ceiling counts, decides and stops. */

const decided = [{ tests: 'functions/domain/ceiling.test.ts' }];
const counted = [{ tests: 'functions/domain/spending.test.ts' }];
const stops = [{ workflow: 'a ceiling stops everything in time' }];
const spares = [{ workflow: 'a ceiling asks, gets no answer and spares one' }];
const kept = [{ workflow: 'a ceiling asks and a person keeps everything running' }];

/** The run without faults is the hunt. */
const inSimulation = (workflow: string) => [{ workflow, step: /^no step$/ }];
const withoutSource = [{ tests: 'functions/domain/no-source-limit.test.ts' }];
const applied = [{ tests: 'functions/api/routes/no-source-limit.test.ts' }];

export const CEILING_BUGS: readonly PlantedBug[] = [
  {
    name: 'a ceiling decides without the time until the next evaluation',
    file: 'domain/ceiling.ts',
    find: 'const next = now.getTime() + everySeconds * SECOND_MS;',
    replace: 'const next = now.getTime() + 0 * everySeconds;',
    hunt: decided,
  },
  {
    name: 'a month begins in local time or a day late',
    file: 'domain/ceiling.ts',
    find: 'startMs: Date.UTC(year, month, 1)',
    replace: 'startMs: Date.UTC(year, month, 2)',
    hunt: decided,
  },
  {
    name: 'a ceiling stays in the state of the period before',
    file: 'domain/ceiling.ts',
    find: 'return course?.periodStart === periodStart(period, now) ? course : null;',
    replace: 'return course && periodStart(period, now) ? course : null;',
    hunt: decided,
  },
  {
    name: 'a question is answered by default although a person has answered',
    file: 'domain/ceiling.ts',
    find: "if (course?.state === 'kept') return course.keptUntilMicroUsd;",
    replace: "if (course?.state === 'kept') return ceiling.microUsd;",
    hunt: kept,
  },
  {
    name: 'a spared destination is stopped',
    file: 'domain/ceiling.ts',
    find: "return atLimit.action !== 'warn' && !spared.includes(destinationId);",
    replace: "return atLimit.action !== 'warn' && spared !== null && destinationId !== '';",
    hunt: spares,
  },
  {
    name: 'a start in flight is not counted',
    file: 'domain/spending.ts',
    find: 'const starts = [...records.filter(mayStart), ...starting]',
    replace: 'const starts = [...records.filter(() => false), ...starting]',
    hunt: counted,
  },
  {
    name: 'the next start of a preview that is being stopped is not counted',
    file: 'domain/spending.ts',
    find: "if (isPrimary(record) && (!run || desired !== 'running'))",
    replace: 'if (isPrimary(record) && !run)',
    hunt: counted,
  },
  {
    name: 'a preview that was stopped starts again before an evaluation',
    file: 'domain/ceiling.ts',
    find: 'isAsked || (counting.length > 0 && isJustStopped(primary, now))',
    replace: 'isAsked || (counting.length > 99 && isJustStopped(primary, now))',
    hunt: decided,
  },
  {
    name: 'a preview that was stopped starts again while a ceiling waits for an answer',
    file: 'domain/ceiling.ts',
    find: "const isAsked = counting.some((ceiling) => courseOf(ceiling, now)?.state === 'asked');",
    replace: "const isAsked = counting.some((ceiling) => courseOf(ceiling, now)?.state === 'stopped');",
    hunt: decided,
  },
  {
    name: 'the time that a stop takes is not counted',
    file: 'domain/spending.ts',
    find: 'new Date(at.getTime() + STOP_SECONDS * 1000)',
    replace: 'new Date(at.getTime())',
    hunt: counted,
  },
  {
    name: 'the ten-minute minimum is forgotten',
    file: 'domain/billed-time.ts',
    find: 'return Math.max(MINUTES_MIN, Math.ceil(Math.max(0, endMs - startMs) / MINUTE_MS));',
    replace: 'return Math.ceil(Math.max(0, endMs - startMs) / MINUTE_MS);',
    hunt: counted,
  },
  {
    name: 'what is unknown is counted as nothing',
    file: 'domain/spending.ts',
    find: '...fixedUntil(untilMs), ...known]),',
    replace: '...fixedUntil(untilMs), ...known.map((each) => ({ ...each, unknownParts: [] }))]),',
    hunt: counted,
  },
  {
    name: 'two monitors decide at once, and both note it',
    file: 'aws/revised-item.ts',
    find: "ConditionExpression: before ? 'revision = :revision' : 'attribute_not_exists(pk)',\n        ...(before ? { ExpressionAttributeValues: { ':revision': before.revision } } : {}),",
    replace: '',
    hunt: stops,
  },
  {
    name: 'a ceiling decides and stops nothing',
    file: 'workflow/ceilings.ts',
    find: "if (courseOf(stored, deps.now())?.state === 'stopped') await stopConcerned(deps, stored, records);",
    replace: '',
    hunt: stops,
  },
  {
    name: 'a channel that is started during a loss has no minutes of its own',
    file: 'domain/no-source-limit.ts',
    find: 'Math.max(Date.parse(startedAt), Date.parse(lostSince)) <= dueBeforeMs',
    replace: 'Date.parse(lostSince) <= dueBeforeMs',
    hunt: withoutSource,
  },
  {
    name: 'the no-source limit stops without fresh evidence',
    file: 'domain/no-source-limit.ts',
    find: 'now.getTime() - Date.parse(source.observedAt) > SOURCE_KNOWN_MS',
    replace: 'now.getTime() < 0',
    hunt: applied,
  },
  {
    name: 'a decision about an earlier loss of the source counts for the next one',
    file: 'domain/no-source-limit.ts',
    find: 'return course && course.lostSince === lostSince ? course : null;',
    replace: "return course && lostSince !== '' ? course : null;",
    hunt: withoutSource,
  },
  {
    name: 'a channel is stopped for want of a source although a person keeps it',
    file: 'domain/no-source-limit.ts',
    find: "if (atLimit.action === 'warn' || course?.state === 'kept') return limit;",
    replace: "if (atLimit.action === 'warn') return limit;",
    hunt: withoutSource,
  },
  {
    name: 'the no-source limit stops what a show or a destination decides about',
    file: 'domain/no-source-limit.ts',
    find: 'if (isPrimary(record) || isOwn || spared.includes(record.destinationId)) return null;',
    replace: 'if (isPrimary(record) || spared.includes(record.destinationId)) return null;',
    hunt: withoutSource,
  },
  {
    name: 'the no-source limit stops what it spares',
    file: 'domain/no-source-limit.ts',
    find: 'isOwn || spared.includes(record.destinationId)) return null;',
    replace: "isOwn || spared.includes('')) return null;",
    hunt: inSimulation('the no-source limit stops a channel and spares another'),
  },
  {
    name: 'the no-source limit does not wait for an answer',
    file: 'domain/no-source-limit.ts',
    find: 'if (now.getTime() < Date.parse(course.answerDueAt!)) return limit;',
    replace: 'if (now.getTime() < Date.parse(course.since)) return limit;',
    hunt: inSimulation('a source returns while the no-source limit waits for an answer'),
  },
  {
    name: 'the monitor carries out a decision of the no-source limit that it could not store',
    file: 'workflow/no-source-limit.ts',
    find: 'if (!stored) return limit;',
    replace: 'if (!stored) return next;',
    hunt: inSimulation('a person keeps the channels when the countdown of the no-source limit ends'),
  },
  {
    name: 'only the run of the monitor that decided stops what the no-source limit decided',
    file: 'workflow/no-source-limit.ts',
    find: 'await stopUnfed(deps, stoppedByLimit(limit, lostSince, unfed));',
    replace: 'if (limit !== found.limit) await stopUnfed(deps, stoppedByLimit(limit, lostSince, unfed));',
    hunt: [
      {
        workflow: 'the no-source limit stops a channel and spares another',
        step: /monitor/,
        operation: /^Put/,
        fault: /^crash (before|after)/,
      },
    ],
  },
  {
    name: 'the no-source limit decides and stops nothing',
    file: 'workflow/no-source-limit.ts',
    find: 'await stopUnfed(deps, stoppedByLimit(limit, lostSince, unfed));',
    replace: '',
    hunt: applied,
  },
];
