import type { PlantedBug } from './planted-bugs.ts';

/** Bugs in what shows do with their source. */

/** The run without faults is the hunt. */
const only = (workflow: string) => [{ workflow, step: /^no step$/ }];
const despite = { workflow: 'a show starts its source and stops it despite a fault', step: /AdvanceShow/ };

export const SHOW_SOURCE_BUGS: readonly PlantedBug[] = [
  {
    name: 'the show stops its source although a person has taken it',
    file: 'workflow/show-source.ts',
    find: "  if (control?.show?.showId !== show.showId) return { state: 'left_on', problem: null };\n",
    replace: '',
    hunt: only('a person starts the source that a show has started'),
  },
  {
    name: 'a start by hand is not recorded, so that the show stops its source',
    file: 'api/routes/flow.ts',
    find: '      await overruleShows(deps, { action, by: id, at: deps.now().toISOString() });\n',
    replace: '',
    hunt: only('a person starts the source that a show has started'),
  },
  {
    name: 'the show counts as its source what was on before',
    file: 'workflow/show-source.ts',
    find: "  if (isAsRequested('start', await readStatus(deps))) return { state: 'already_on', problem: null };\n",
    replace: '',
    hunt: only('a show leaves a source on that was on before'),
  },
  {
    name: 'the show stops its source under the next one',
    file: 'workflow/show-source.ts',
    find: 'const need = isStopped ? null : await whoNeeds(deps, show.showId);',
    replace: 'const need = null as Awaited<ReturnType<typeof whoNeeds>>;',
    hunt: only('a show hands its source to the next one'),
  },
  {
    name: 'the next show does not stop the source that it was handed',
    file: 'workflow/show-source.ts',
    find: 'const kept = { show: need.heir,',
    replace: 'const kept = { show: null,',
    hunt: only('a show hands its source to the next one'),
  },
  {
    name: 'the show ends and leaves its source on',
    file: 'domain/show-run.ts',
    find: '  if (holdsSource(next)) return { ...rest(next, now.getTime() + WATCH_MS), releasesSource: true };\n',
    replace: '',
    hunt: only('a show starts its source and stops it'),
  },
  {
    name: 'the cancelled show forgets its source',
    file: 'domain/show.ts',
    find: 'show.source !== undefined ||',
    replace: 'show.source === null ||',
    hunt: only('a show that has started its source is cancelled'),
  },
  {
    name: 'the show that is moved keeps its source on',
    file: 'domain/show-source.ts',
    find: '  if (holdsSource(show) && !keepsSource(show, now)) return { ...none, releasesSource: true };\n',
    replace: '',
    hunt: only('a show that has started its source is moved'),
  },
  {
    name: 'the sweep leaves the source of a draft on',
    file: 'schedules/sweep-shows.ts',
    find: '  await releaseForgottenSource(deps);\n',
    replace: '',
    hunt: only('a show that has started its source is made a draft again'),
  },
  {
    name: 'the show starts its source once, whatever came of it',
    file: 'domain/show-source.ts',
    find: '  if (!isLate) return { ...none, startsSource: true };\n',
    replace: '  if (!isLate) return none;\n',
    hunt: [{ ...despite, operation: /StartFlow/, fault: /crash before/ }],
  },
  {
    name: 'the show keeps its source on that a person stopped at the same moment',
    file: 'workflow/show-source.ts',
    find: '  if (now && isStoppedByHand(now)) {',
    replace: '  if (now && isStoppedByHand(now) && false) {',
    hunt: [{ tests: 'functions/workflow/show-source.test.ts' }],
  },
];
