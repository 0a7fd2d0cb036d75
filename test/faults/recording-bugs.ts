import type { PlantedBug } from './planted-bugs.ts';

/** Bugs that lose a recording, copy it twice, or delete what must stay. */

const kept = 'a recording is started, stopped and listed';
const deleted = 'a recording is deleted while it is copied';
const expired = 'the time of a recording is over';
const always = 'the source is recorded while it delivers';
const ofShow = 'a show is recorded from its planned second to its end';

export const RECORDING_BUGS: readonly PlantedBug[] = [
  {
    name: 'two who start at once begin two recordings',
    file: 'workflow/recordings.ts',
    find: 'await underLease(deps, wanted, async () => {',
    replace: 'await (async (work: () => Promise<Recording>) => ({ result: await work() }))(async () => {',
    hunt: [{ workflow: always }],
  },
  {
    name: 'a repeated step copies a recording under another id',
    file: 'workflow/recording-steps.ts',
    find: '  const job = { jobId, endpointId,',
    replace: '  const job = { jobId: `${jobId}${deps.now().getTime()}`, endpointId,',
    hunt: [{ workflow: kept, step: /AdvanceRecording/ }],
  },
  {
    name: 'a lost answer counts as a refusal to copy',
    file: 'workflow/recording-steps.ts',
    find: "if (kind !== 'invalid') throw error;",
    replace: '',
    hunt: [{ tests: 'functions/workflow/recording-steps.test.ts' }],
  },
  {
    name: 'a recording whose copy failed is ready',
    file: 'workflow/recording-steps.ts',
    find: "if (status === 'failed') return tryAgain(deps, recording);",
    replace: "if (status === 'failed') return settle(deps, recording, { failure: null });",
    hunt: [{ workflow: kept }],
  },
  {
    name: 'a recording is deleted while its job copies',
    file: 'workflow/recording-steps.ts',
    find: "if ((await observeHarvestJob(deps, jobId)) === 'in_progress') return true;",
    replace: '',
    hunt: [{ workflow: deleted }],
  },
  {
    name: 'a recording is deleted while a step creates its job',
    file: 'workflow/recording-steps.ts',
    find: 'const creationMs = isSettled(recording) ? 0 : deps.readsLagMs * READS_OF_A_STEP;',
    replace: 'const creationMs = 0;',
    hunt: [{ workflow: deleted, operation: /CreateHarvestJob/, fault: /late/ }],
  },
  {
    name: 'the record goes before the media',
    file: 'workflow/recording-steps.ts',
    find: 'if (!(await deleteMedia(deps, recordingId))) return wait(1);',
    replace: 'void deleteMedia(deps, recordingId).catch(() => {});',
    hunt: [{ workflow: expired, operation: /ListObjects|DeleteObjects/ }],
  },
  {
    name: 'a deletion takes every recording with it',
    file: 'aws/recording-store.ts',
    find: '      Prefix: folderOf(recordingId),',
    replace: '      Prefix: PREFIX,',
    hunt: [{ tests: 'functions/workflow/recording-steps.test.ts' }],
  },
  {
    name: 'the sweep does not resume a recording whose execution was aborted',
    file: 'schedules/sweep-recordings.ts',
    find: "if (recording.state !== 'recording') return restart(deps, recording);",
    replace: "if (recording.state !== 'recording') return undefined;",
    hunt: [{ workflow: kept, step: /AdvanceRecording/, fault: /aborted/ }],
  },
  {
    name: 'half a playlist measures a recording',
    file: 'aws/recording-store.ts',
    find: 'if (body.byteLength !== file.sizeBytes)',
    replace: 'if (file.sizeBytes < 0)',
    hunt: [{ workflow: always, operation: /GetObject/, fault: /cut/ }],
  },
  {
    name: 'a recording begins before the preview ran',
    file: 'workflow/recordings.ts',
    find: 'startedAt: delivers ?? askedAt,',
    replace: 'startedAt: askedAt,',
    hunt: [{ workflow: always }],
  },
  {
    name: 'a beginning before the first segment loses the recording',
    file: 'workflow/recording-steps.ts',
    find: '  const startedAt = await findLaterStart(deps, recording);',
    replace: '  const startedAt = null as string | null;',
    hunt: [{ tests: 'functions/workflow/recording-start.test.ts' }],
  },
  {
    name: 'a recording that awaits the preview keeps the time that was asked for',
    file: 'workflow/recordings.ts',
    find: '  if (!recording.awaitsPreview) return recording;',
    replace: '  if (recording.awaitsPreview) return { ...recording, awaitsPreview: false };',
    hunt: [{ tests: 'functions/workflow/recording-start.test.ts' }],
  },
  {
    name: 'a show that goes live while the preview starts is recorded only later',
    file: 'workflow/recordings.ts',
    find: "if (delivers === null && primary?.desired !== 'running') throw previewIsOff();",
    replace: 'if (delivers === null) throw previewIsOff();',
    hunt: [{ tests: 'functions/workflow/show-recording.test.ts' }],
  },
  {
    name: 'the recording of a show ends when the run sheet looks next',
    file: 'workflow/show-recording.ts',
    find: "await stopRecording(deps, recordingId, { reason: 'show_ended', endedAt });",
    replace:
      "void endedAt;\n    await stopRecording(deps, recordingId, { reason: 'show_ended', endedAt: new Date(deps.now().getTime() + 5_000) });",
    hunt: [{ workflow: ofShow }],
  },
  {
    name: 'the recording that a show missed is never made',
    file: 'workflow/show-recording.ts',
    find: 'wasMissed(show) ?',
    replace: 'wasMissed(show) && !isOpen(show) && show.liveAt === null ?',
    hunt: [{ tests: 'functions/workflow/show-recording.test.ts' }],
  },
  {
    name: 'the mark of a recording goes before its work has ended',
    file: 'workflow/recordings.ts',
    find: '  await markOpen(deps, recordingId);\n  const deleting',
    replace: '  const deleting',
    hunt: [{ workflow: expired, step: /AdvanceRecording/, fault: /aborted|Forbidden|AccessDenied/ }],
  },
];
