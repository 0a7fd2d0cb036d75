import { CEILING_BUGS } from './ceiling-bugs.ts';
import { SLATE_BUGS } from './slate-bugs.ts';
import { DELIVERY_BUGS } from './delivery-bugs.ts';
import { ENTRY_POINT_BUGS } from './entry-point-bugs.ts';
import { INCIDENT_BUGS } from './incident-bugs.ts';
import { RECORDING_BUGS } from './recording-bugs.ts';
import { GROUP_BUGS } from './group-bugs.ts';
import { SHOW_BUGS } from './show-bugs.ts';
import { SHOW_END_BUGS } from './show-end-bugs.ts';
import { SHOW_SOURCE_BUGS } from './show-source-bugs.ts';

/**
 * Bugs that the suite must find. Each is one change to the text of a production file, made in a copy when it is loaded
 * (see planted-loader.ts). A bug that no longer matches the text fails the suite and must be rewritten.
 */
export interface PlantedBug {
  name: string;
  /** Path below `functions`. */
  file: string;
  find: string;
  replace: string;
  /** Where to hunt: workflows, and patterns for steps, calls and faults, because the whole matrix would be slow; or a test. */
  hunt: (WorkflowHunt | TestHunt)[];
}

export interface WorkflowHunt {
  workflow: string;
  step?: RegExp;
  operation?: RegExp;
  fault?: RegExp;
}

/** A test file, for what the simulation has no view of. */
export interface TestHunt {
  tests: string;
}

const everywhere = (workflow: string): PlantedBug['hunt'] => [{ workflow }];

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...ENTRY_POINT_BUGS,
  ...INCIDENT_BUGS,
  ...DELIVERY_BUGS,
  ...CEILING_BUGS,
  ...SLATE_BUGS,
  ...RECORDING_BUGS,
  ...SHOW_BUGS,
  ...SHOW_END_BUGS,
  ...SHOW_SOURCE_BUGS,
  ...GROUP_BUGS,
  // Tokens and names
  {
    name: 'the RequestId is random',
    file: 'aws/names.ts',
    find: 'JSON.stringify([deployment.deploymentId, destinationId, generation, what])',
    replace: 'String(Math.random())',
    hunt: [{ workflow: 'start cold', step: /Ensure(Input|Channel)$/, fault: /late/ }],
  },
  {
    name: 'the RequestId is the same for every destination',
    file: 'aws/names.ts',
    find: '[deployment.deploymentId, destinationId, generation, what]',
    replace: '[deployment.deploymentId, what]',
    hunt: everywhere('start cold'),
  },
  {
    name: 'the deployment tag is not checked',
    file: 'aws/names.ts',
    find: 'return tags?.[DEPLOYMENT_TAG] === deployment.deploymentId && tags[DESTINATION_TAG] === destinationId;',
    replace: 'return tags?.[DESTINATION_TAG] === destinationId;',
    hunt: everywhere('start cold'),
  },
  {
    name: 'the destination tag is not checked',
    file: 'aws/names.ts',
    find: 'return tags?.[DEPLOYMENT_TAG] === deployment.deploymentId && tags[DESTINATION_TAG] === destinationId;',
    replace: 'return tags?.[DEPLOYMENT_TAG] === deployment.deploymentId;',
    hunt: everywhere('start cold'),
  },
  {
    name: 'the input has no tags',
    file: 'aws/input.ts',
    find: 'Tags: tagsOf(deployment, destinationId),',
    replace: 'Tags: {},',
    hunt: everywhere('start cold'),
  },
  {
    name: 'the flow outputs of all destinations have one name',
    file: 'aws/names.ts',
    find: 'return `sluice-${deployment.deploymentId}-${destinationId}`;',
    replace: 'return `sluice-${deployment.deploymentId}-`;',
    hunt: everywhere('start cold'),
  },
  // Answers of AWS
  {
    name: 'not found counts as a failure',
    file: 'aws/aws-errors.ts',
    find: "return awsErrorKind(error) === 'not_found';",
    replace: 'return false;',
    hunt: [
      { workflow: 'teardown running', fault: /NotFound/ },
      { workflow: 'start cold', fault: /NotFound/ },
    ],
  },
  {
    name: 'throttling counts as a refusal',
    file: 'aws/aws-errors.ts',
    find: "TooManyRequestsException: 'throttled',",
    replace: "TooManyRequestsException: 'invalid',",
    hunt: [{ workflow: 'start warm', fault: /TooMany/ }],
  },
  {
    name: 'a timeout counts as a refusal',
    file: 'aws/aws-errors.ts',
    find: "TimeoutError: 'unavailable',",
    replace: "TimeoutError: 'invalid',",
    hunt: [{ workflow: 'start warm', fault: /timeout/ }],
  },
  {
    name: 'a server error counts as a refusal',
    file: 'aws/aws-errors.ts',
    find: "return status !== undefined && status >= 500 ? 'unavailable' : 'unknown';",
    replace: "return 'unknown';",
    hunt: [{ workflow: 'start cold', fault: /KMSInternal/ }],
  },
  {
    name: 'a truncated answer counts as a refusal',
    file: 'aws/aws-errors.ts',
    find: "if (error instanceof SyntaxError && '$metadata' in error) return 'unavailable';",
    replace: '',
    hunt: [{ workflow: 'start warm', fault: /cut/ }],
  },
  {
    name: 'a deleted channel counts as existing',
    file: 'aws/channel.ts',
    find: "return view.state === 'DELETED' ? null : view;",
    replace: 'return view;',
    hunt: everywhere('teardown running'),
  },
  {
    name: 'a deleted input counts as existing',
    file: 'aws/input.ts',
    find: "return view.state === 'DELETED' ? null : view;",
    replace: 'return view;',
    hunt: everywhere('teardown running'),
  },
  {
    name: 'a conflict fails a creation step',
    file: 'workflow/ensure.ts',
    find: "if (awsErrorKind(error) === 'conflict') throw new NotSettled(`${what} is changing its state`);",
    replace: '',
    hunt: [{ workflow: 'start cold', fault: /Conflict/ }],
  },
  {
    name: 'a conflict fails a release step',
    file: 'workflow/release.ts',
    find: "if (awsErrorKind(error) === 'conflict') throw new NotSettled(`waiting for ${waitingFor}`);",
    replace: '',
    hunt: [{ workflow: 'teardown running', fault: /Conflict/ }],
  },
  // Creation
  {
    name: 'an input is created without a search for an existing one',
    file: 'workflow/ensure.ts',
    find: ': await findInput(deps, record.destinationId);',
    replace: ': null;',
    hunt: [{ workflow: 'start cold', step: /EnsureInput/, fault: /abort/ }],
  },
  {
    name: 'a channel is created without a search for an existing one',
    file: 'workflow/ensure.ts',
    find: 'let channel = recorded ?? (await findChannel(deps, record.destinationId));',
    replace: 'let channel = recorded;',
    hunt: [{ workflow: 'start cold', step: /EnsureChannel$/, fault: /abort/ }],
  },
  {
    name: 'no step waits for the channel to be created',
    file: 'workflow/ensure.ts',
    find: 'let ready = await waitForIdle(context, channelId, recorded ?? undefined);',
    replace: "let ready = { ...channel, state: 'IDLE' };",
    hunt: everywhere('the channel cannot be created'),
  },
  {
    name: 'a flow output is added without a search for an existing one',
    file: 'workflow/flow-outputs.ts',
    find: 'main: existing.main ? null : targets.main,',
    replace: 'main: targets.main,',
    hunt: [{ workflow: 'start cold', step: /EnsureFlowOutput/, fault: /after|late|cut/ }],
  },
  {
    name: 'the flow output is not recorded',
    file: 'workflow/flow-outputs.ts',
    find: 'return { flowOutput: { flowOutputArn, flowOutputName, ...backup, ...run } };',
    replace: 'return {};',
    hunt: everywhere('start cold'),
  },
  {
    name: 'the flow output is not added',
    file: 'workflow/flow-outputs.ts',
    find: 'if (missing.main || missing.backup) await addUnlessFull(context, flow, missing);',
    replace: '',
    hunt: everywhere('start warm'),
  },
  {
    name: 'the second pipeline gets no flow output',
    file: 'workflow/flow-outputs.ts',
    find: 'return { main, backup: { ...main, address: backupAddress } };',
    replace: 'return { main, backup: null };',
    hunt: everywhere('start with backup ingest'),
  },
  {
    name: 'the second flow output is not removed',
    file: 'workflow/flow-outputs.ts',
    find: "const PLACES = ['backup', 'main'] as const;",
    replace: "const PLACES = ['main'] as never as readonly ['backup', 'main'];",
    hunt: everywhere('stop with backup ingest'),
  },
  {
    name: 'the class of a kept channel stays',
    file: 'workflow/ensure.ts',
    find: 'if (channelClass === classOf(target)) return channel;',
    replace: 'if (channelClass !== undefined) return channel;',
    hunt: everywhere('turn the backup ingest off'),
  },
  {
    name: 'the secret of an SRT destination is not deleted',
    file: 'workflow/srt-output.ts',
    find: 'await deleteSecret(deps, found.secretArn);',
    replace: '',
    hunt: everywhere('stop srt'),
  },
  {
    name: 'the secret of an SRT destination is not recorded',
    file: 'workflow/srt-output.ts',
    find: 'return { secret: { secretArn, ciphertextHash } };',
    replace: 'return {};',
    hunt: everywhere('start srt'),
  },
  {
    name: 'an SRT destination with a passphrase sends in the clear',
    file: 'workflow/srt-output.ts',
    find: 'if (record.streamKeyCiphertext === null) return null;',
    replace: 'return null;',
    hunt: everywhere('start srt'),
  },
  {
    name: 'the name of a secret that is being deleted fails the start',
    file: 'workflow/srt-output.ts',
    find: "if (awsErrorKind(error) === 'conflict') throw new NotSettled",
    replace: "if (awsErrorKind(error) === 'denied') throw new NotSettled",
    hunt: [{ workflow: 'start srt', step: /EnsureSecret/, fault: /InvalidRequest/ }],
  },
  {
    name: 'the passphrase is in the log',
    file: 'workflow/srt-output.ts',
    find: 'const value = { destinationId, generation, passphrase, ciphertextHash };',
    replace:
      "const value = { destinationId, generation, passphrase, ciphertextHash }; deps.logger.info('stored', { passphrase: passphrase.reveal() });",
    hunt: everywhere('start srt'),
  },
  {
    name: 'the stream key of the backup ingest is in the log',
    file: 'workflow/channel-target.ts',
    find: 'return { rtmpUrl: backupRtmpUrl, streamKey };',
    replace: "deps.logger.info('backup', { key: streamKey.reveal() }); return { rtmpUrl: backupRtmpUrl, streamKey };",
    hunt: everywhere('start with backup ingest'),
  },
  {
    name: 'an SRT destination is treated like one with a channel',
    file: 'domain/destination-kind.ts',
    find: "srt: ['secret', 'flowOutput'],",
    replace: "srt: ['secret', 'input', 'channel', 'flowOutput', 'channelRun'],",
    hunt: everywhere('start srt'),
  },
  {
    name: 'a start is not recorded before it is sent',
    file: 'workflow/channel-run.ts',
    find: '  await noteStart(context, note);',
    replace: '',
    hunt: everywhere('the start falls back to idle'),
  },
  {
    name: 'an accepted start counts as running',
    file: 'workflow/channel-run.ts',
    find: "(view) => view?.state === 'RUNNING',",
    replace: '() => true,',
    hunt: everywhere('start slow'),
  },
  {
    name: 'a start that fell back is repeated',
    file: 'workflow/channel-run.ts',
    find: 'if (noted && !isWithin(noted, context.deps.now(), SHOWS_FOR_MS)) {',
    replace: 'if (noted && context === undefined) {',
    hunt: everywhere('the start falls back to idle'),
  },
  {
    name: 'the start is sent in any channel state',
    file: 'workflow/channel-run.ts',
    find: 'if (isUp(channel.state)) {\n    if (!noted) {',
    replace:
      "if (channel.state === 'STARTING') await startOnce(context, channelId, noted);\n  if (isUp(channel.state)) {\n    if (!noted) {",
    hunt: everywhere('start slow'),
  },
  {
    name: 'the record of a start that was not accepted stays',
    file: 'workflow/channel-run.ts',
    find: "if (seen === 'not started') await recordHeld(",
    replace: "if (seen === ('nothing' as string)) await recordHeld(",
    hunt: [{ workflow: 'start warm', step: /EnsureChannelRun/, fault: /timeout before/ }],
  },
  {
    name: 'the channel is not polled while a start is unanswered',
    file: 'workflow/channel-run.ts',
    find: "const seen = isRefused ? 'not started' : await look();",
    replace: "const seen = isRefused ? 'not started' : answer ? await look() : null;",
    hunt: [{ workflow: 'start warm', step: /EnsureChannelRun/, fault: /timeout before/ }],
  },
  // Release
  {
    name: 'the channel is deleted before it is stopped',
    file: 'workflow/release.ts',
    find: 'if (isAsked) await ask(() => stopChannel(deps, channelId), `channel ${channelId}`);',
    replace: 'await ask(() => deleteChannel(deps, channelId), `channel ${channelId}`);',
    hunt: everywhere('teardown running'),
  },
  {
    name: 'the release waits for a stop that it never sent',
    file: 'workflow/release.ts',
    find: 'if (isAsked) await ask(() => stopChannel(deps, channelId), `channel ${channelId}`);',
    replace: '',
    hunt: everywhere('stop warm'),
  },
  {
    name: 'a requested stop counts as done',
    file: 'workflow/release.ts',
    find: 'if (!isAtRest(channel.state)) {',
    replace: 'if (deps === undefined) {',
    hunt: everywhere('stop slow'),
  },
  {
    name: 'a recovering channel is not stopped',
    file: 'domain/channel-state.ts',
    find: "new Set(['STARTING', 'RUNNING', 'RECOVERING'])",
    replace: "new Set(['STARTING', 'RUNNING'])",
    hunt: everywhere('stop while recovering'),
  },
  {
    name: 'the flow output is not removed',
    file: 'workflow/flow-outputs.ts',
    find: '    await unlessFlowBusy(context, flow, () => removeFlowOutput(deps, output.flowOutputArn));',
    replace: '',
    hunt: everywhere('stop warm'),
  },
  {
    name: 'the flow output is recorded as released but not removed',
    file: 'workflow/flow-outputs.ts',
    find: 'if (!flow || !output) continue;',
    replace: 'if (flow || !output) continue;',
    hunt: everywhere('stop warm'),
  },
  {
    name: 'the channel stays after a teardown',
    file: 'workflow/release.ts',
    find: "if (state !== 'DELETING') await ask(() => deleteChannel(deps, channelId), `channel ${channelId}`);",
    replace: '',
    hunt: everywhere('teardown warm'),
  },
  {
    name: 'no step waits for the channel to be deleted',
    file: 'workflow/release.ts',
    find: '    (view) => view === null,\n    `channel ${channelId} to be deleted`,',
    replace: '    () => true,\n    `channel ${channelId} to be deleted`,',
    hunt: [{ workflow: 'stop slow', step: /ReleaseChannel$/, fault: /NotFound/ }],
  },
  {
    name: 'an attached input counts as released',
    file: 'workflow/release.ts',
    find: "if (state === 'ATTACHED') throw new NotSettled(`input ${inputId} is still attached`);",
    replace: "if (state === 'ATTACHED') return { released: 'input' };",
    hunt: everywhere('stop slow'),
  },
  {
    name: 'the input stays after a teardown',
    file: 'workflow/release.ts',
    find: "if (state !== 'DELETING') await ask(() => deleteInput(deps, inputId), `input ${inputId}`);",
    replace: '',
    hunt: everywhere('teardown warm'),
  },
  {
    name: 'standby is ignored',
    file: 'domain/lifecycle.ts',
    find: "return record.standby === 'warm' ? ['input', 'channel'] : [];",
    replace: "return ['input', 'channel'];",
    hunt: everywhere('stop cold'),
  },
  {
    name: 'a teardown leaves what standby keeps',
    file: 'domain/lifecycle.ts',
    find: "if (kind === 'teardown' || kind === 'create' || record.desired === 'deleted') return false;",
    replace: '',
    hunt: everywhere('teardown warm'),
  },
  // Order of operations
  {
    name: 'a changed desired state is not noticed',
    file: 'workflow/run-step.ts',
    find: 'if (!isRelease(step) && isSuperseded(found, found.operation)) {',
    replace: 'if (!found) {',
    hunt: everywhere('stop before anything is recorded'),
  },
  {
    name: 'deadlines are ignored',
    file: 'workflow/run-step.ts',
    find: 'if (now.getTime() - Date.parse(enteredAt) <= limitSeconds * 1000) return;',
    replace: 'return;',
    hunt: everywhere('the start hangs'),
  },
  {
    name: 'a healthy start fails after a minute',
    file: 'domain/lifecycle.ts',
    find: 'deadlineSeconds: 660 }',
    replace: 'deadlineSeconds: 60 }',
    hunt: everywhere('start slow'),
  },
  {
    name: 'the ending is not recorded in the history',
    file: 'workflow/settle.ts',
    find: 'await putOperation(deps, before, finished, runOf(before, input.steps));',
    replace: '',
    hunt: everywhere('start warm'),
  },
  {
    name: 'a desired state that changed during the operation is lost',
    file: 'workflow/settle.ts',
    find: 'const kind = nextOperation(rest);',
    replace: 'const kind = nextOperation({ ...rest, desired: rest.status === "running" ? "running" : "idle" });',
    hunt: [{ workflow: 'start while stopping' }],
  },
  {
    name: 'the next operation is recorded but never started',
    file: 'workflow/settle.ts',
    find: 'if (after?.operation) await startQuietly(deps, after);',
    replace: '',
    hunt: [{ workflow: 'start while stopping' }],
  },
  {
    name: 'a failed teardown removes the record',
    file: 'workflow/settle.ts',
    find: "return { outcome: 'failed', error: record.operation?.error ?? unexplained(record.operation, failure, now) };",
    replace: "return { outcome: 'succeeded' };",
    hunt: [{ workflow: 'teardown running', fault: /Forbidden/ }],
  },
  {
    name: 'a failed undo counts as superseded',
    file: 'workflow/settle.ts',
    find: "if (failure.Error === 'Superseded' && isUndone(record, steps)) return { outcome: 'superseded' };",
    replace: "return { outcome: 'superseded' };",
    hunt: [{ workflow: 'stop while the channel starts', step: /Release/, fault: /Forbidden/ }],
  },
  // The table
  {
    name: 'writes are unconditional',
    file: 'aws/destination-table.ts',
    find: "        ConditionExpression: 'writeCount = :writeCount',\n        ExpressionAttributeNames",
    replace: "        ConditionExpression: ':writeCount = :writeCount',\n        ExpressionAttributeNames",
    hunt: [{ workflow: 'start warm', fault: /late/ }],
  },
  {
    name: 'a failed condition counts as written',
    file: 'aws/destination-table.ts',
    find: '    return true;\n  } catch (error) {\n    if (isConditionFailed(error)) return false;\n    throw error;\n  }\n}\n\nasync function tryDelete',
    replace: '    return true;\n  } catch {\n    return true;\n  }\n}\n\nasync function tryDelete',
    hunt: [{ workflow: 'start warm', step: /api|Ensure|Settle/ }],
  },
  // The sweep
  {
    name: 'the sweep does not start a recorded operation',
    file: 'schedules/sweep-operations.ts',
    find: 'await startQuietly(deps, record);',
    replace: '',
    hunt: [{ workflow: 'start warm', step: /api/ }],
  },
  {
    name: 'the sweep does not resume an interrupted operation',
    file: 'schedules/sweep-operations.ts',
    find: 'await resume(deps, record);',
    replace: '',
    hunt: [{ workflow: 'start warm', fault: /abort/ }],
  },
  {
    name: 'the sweep resumes a running operation',
    file: 'schedules/sweep-operations.ts',
    find: "if (state === 'running') return;",
    replace: "if (state === 'running') return resume(deps, record);",
    hunt: everywhere('the start hangs'),
  },
  {
    name: 'the sweep restarts failed destinations',
    file: 'domain/lifecycle.ts',
    find: "if (record.status === 'error') return isPrimary(record) ? 'start' : null;",
    replace: '',
    hunt: [{ workflow: 'the flow is off', step: /EnsureInput/, fault: /Forbidden/ }],
  },
  {
    name: 'an ending is overwritten',
    file: 'aws/history-table.ts',
    find: 'await insertItem(deps, { ...key, ...operation, ...row });',
    replace:
      'await deps.clients.table.send(new PutCommand({ TableName: deps.deployment.tableName, Item: { ...key, ...operation, ...row } }));',
    hunt: [{ workflow: 'start warm', step: /Settle/, fault: /abort/ }],
  },
  {
    name: 'a failed operation is repeated at once',
    file: 'workflow/settle.ts',
    find: "if (operation.outcome === 'failed' && kind === operation.kind) return rest;",
    replace: '',
    hunt: everywhere('deletion is denied for an hour'),
  },
  {
    name: 'a kept channel does not get new settings',
    file: 'workflow/ensure.ts',
    find: '  if (channelHash !== hash) {',
    replace: '  if (deps === undefined) {',
    hunt: everywhere('edit now'),
  },
  {
    name: 'a requested restart is lost',
    file: 'domain/lifecycle.ts',
    find: "if (record.status === 'running') return record.restartRequested ? 'stop' : null;",
    replace: "if (record.status === 'running') return null;",
    hunt: everywhere('edit now'),
  },
  {
    name: 'the state of the flow is not checked',
    file: 'aws/flow.ts',
    find: "return flow.status === 'ACTIVE' || flow.status === 'UPDATING';",
    replace: 'return flow !== null;',
    hunt: everywhere('the flow is off'),
  },
  {
    name: 'a channel that could not be created counts as created',
    file: 'workflow/ensure.ts',
    find: "if (view.state === 'CREATE_FAILED') {",
    replace: "if (view.state === 'NEVER') {",
    hunt: everywhere('the channel cannot be created'),
  },
  {
    name: 'a flow output removed manually is not restored',
    file: 'schedules/sweep-drift.ts',
    find: 'await correctFlowOutput(deps, record, inventory);',
    replace: '',
    hunt: everywhere('the flow output is removed manually'),
  },
  {
    name: 'a channel stopped manually is restarted',
    file: 'schedules/sweep-drift.ts',
    find: 'isPrimary(current) && isRestartable(current, flow, now)',
    replace: 'isRestartable(current, flow, now)',
    hunt: everywhere('the channel is stopped manually'),
  },
  {
    name: 'a channel stopped manually is not noticed',
    file: 'schedules/sweep-drift.ts',
    find: "if (record.status === 'running') await correctRunning(deps, record, inventory);",
    replace: "if (record.status === 'deleting') await correctRunning(deps, record, inventory);",
    hunt: everywhere('the channel is stopped manually'),
  },
  // Secrets
  {
    name: 'the stream key is logged',
    file: 'workflow/channel-target.ts',
    find: "    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    replace:
      "    ...(deps as never as { logger: { info(text: string): void } }).logger.info((await decryptStreamKey(deps, record.destinationId, record.streamKeyCiphertext)).reveal()) as object | undefined,\n    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    hunt: everywhere('start cold'),
  },
  {
    name: 'the stream key is logged in base64',
    file: 'workflow/channel-target.ts',
    find: "    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    replace:
      "    ...(deps as never as { logger: { info(text: string): void } }).logger.info(Buffer.from('rtmp://a/' + (await decryptStreamKey(deps, record.destinationId, record.streamKeyCiphertext)).reveal()).toString('base64')) as object | undefined,\n    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    hunt: everywhere('start cold'),
  },
  {
    name: 'the stream key is in the execution',
    file: 'workflow/ensure.ts',
    find: 'channelHash = hash;\n  }',
    replace: 'channelHash = String((target as { streamKey?: { reveal(): string } }).streamKey?.reveal());\n  }',
    hunt: everywhere('start cold'),
  },
];
