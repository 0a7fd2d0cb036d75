import type { PlantedBug } from './planted-bugs.ts';

/** Bugs in what becomes of a slate. */

export const SLATE_BUGS: readonly PlantedBug[] = [
  {
    name: 'the record says that a slate has ended while it is on air',
    file: 'workflow/slate-break.ts',
    find: '    await endSlate(deps, channelId, slateBreak);\n    await settle(deps, record, null);',
    replace: '    await settle(deps, record, null);',
    hunt: [{ workflow: 'end the slate' }],
  },
  {
    name: 'a slate counts as shown before MediaLive has accepted it',
    file: 'workflow/slate-break.ts',
    find: '    await showStaticImage(deps, channelId, imageOf(slateBreak));\n  } catch',
    replace: '    void showStaticImage(deps, channelId, imageOf(slateBreak)).catch(() => {});\n  } catch',
    hunt: [{ workflow: 'show the slate', step: /ChangeSlate/, fault: /timeout before|Forbidden/ }],
  },
  {
    name: 'a destination stops with its slate left on the channel',
    file: 'workflow/release.ts',
    find: '    if (isAsked) await endBreakBeforeStop(deps, context.record);',
    replace: '',
    hunt: [{ workflow: 'stop under the slate' }],
  },
  {
    name: 'the sweep leaves a slate undone that no execution carries out',
    file: 'schedules/sweep-drift.ts',
    find: '    await applyBreak(deps, record);\n',
    replace: '',
    hunt: [{ workflow: 'show the slate', operation: /StartExecution/ }],
  },
  {
    name: 'a lost answer counts as a refused slate',
    file: 'aws/channel-schedule.ts',
    find: "if (awsErrorKind(error) === 'invalid' && (await isScheduled(deps, channelId, ActionName))) return;",
    replace: '',
    hunt: [{ workflow: 'show the slate', step: /ChangeSlate/, operation: /BatchUpdateSchedule/ }],
  },
];
