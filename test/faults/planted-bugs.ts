/**
 * Bugs the suite has to find. Each is one change to the text of a production file, made in a copy when it is loaded (see
 * planted-loader.ts). A bug that no longer fits the text fails the suite: then it has to be written anew.
 */
export interface PlantedBug {
  name: string;
  /** Below `functions`. */
  file: string;
  find: string;
  replace: string;
  /** Where to look first: workflows, steps and faults by pattern. The whole matrix is the alternative, and slow. */
  hunt: { workflow: string; step?: RegExp; fault?: RegExp }[];
}

const everywhere = (workflow: string): PlantedBug['hunt'] => [{ workflow }];

export const PLANTED_BUGS: readonly PlantedBug[] = [
  // Tokens and names
  {
    name: 'a random RequestId',
    file: 'aws/names.ts',
    find: 'JSON.stringify([deployment.deploymentId, destinationId, generation, what])',
    replace: 'String(Math.random())',
    hunt: [{ workflow: 'start cold', step: /Ensure(Input|Channel)$/, fault: /late/ }],
  },
  {
    name: 'the same RequestId for every destination',
    file: 'aws/names.ts',
    find: '[deployment.deploymentId, destinationId, generation, what]',
    replace: '[deployment.deploymentId, what]',
    hunt: everywhere('start cold'),
  },
  {
    name: 'tags are not checked for the deployment',
    file: 'aws/names.ts',
    find: 'return tags?.[DEPLOYMENT_TAG] === deployment.deploymentId && tags[DESTINATION_TAG] === destinationId;',
    replace: 'return tags?.[DESTINATION_TAG] === destinationId;',
    hunt: everywhere('start cold'),
  },
  {
    name: 'tags are not checked for the destination',
    file: 'aws/names.ts',
    find: 'return tags?.[DEPLOYMENT_TAG] === deployment.deploymentId && tags[DESTINATION_TAG] === destinationId;',
    replace: 'return tags?.[DEPLOYMENT_TAG] === deployment.deploymentId;',
    hunt: everywhere('start cold'),
  },
  {
    name: 'the input carries no tags',
    file: 'aws/input.ts',
    find: 'Tags: tagsOf(deployment, destinationId),',
    replace: 'Tags: {},',
    hunt: everywhere('start cold'),
  },
  {
    name: 'flow outputs of all destinations have one name',
    file: 'aws/names.ts',
    find: 'return `sluice-${deployment.deploymentId}-${destinationId}`;',
    replace: 'return `sluice-${deployment.deploymentId}-`;',
    hunt: everywhere('start cold'),
  },
  // What AWS answers
  {
    name: 'not found is a failure',
    file: 'aws/aws-errors.ts',
    find: "return awsErrorKind(error) === 'not_found';",
    replace: 'return false;',
    hunt: [
      { workflow: 'teardown running', fault: /NotFound/ },
      { workflow: 'start cold', fault: /NotFound/ },
    ],
  },
  {
    name: 'throttling is a refusal',
    file: 'aws/aws-errors.ts',
    find: "TooManyRequestsException: 'throttled',",
    replace: "TooManyRequestsException: 'invalid',",
    hunt: [{ workflow: 'start warm', fault: /TooMany/ }],
  },
  {
    name: 'a timeout is a refusal',
    file: 'aws/aws-errors.ts',
    find: "TimeoutError: 'unavailable',",
    replace: "TimeoutError: 'invalid',",
    hunt: [{ workflow: 'start warm', fault: /timeout/ }],
  },
  {
    name: 'a server error is a refusal',
    file: 'aws/aws-errors.ts',
    find: "return status !== undefined && status >= 500 ? 'unavailable' : 'unknown';",
    replace: "return 'unknown';",
    hunt: [{ workflow: 'start cold', fault: /KMSInternal/ }],
  },
  {
    name: 'an answer that is cut off is a refusal',
    file: 'aws/aws-errors.ts',
    find: "if (error instanceof SyntaxError && '$metadata' in error) return 'unavailable';",
    replace: '',
    hunt: [{ workflow: 'start warm', fault: /cut/ }],
  },
  {
    name: 'a deleted channel counts as there',
    file: 'aws/channel.ts',
    find: "return view.state === 'DELETED' ? null : view;",
    replace: 'return view;',
    hunt: everywhere('teardown running'),
  },
  {
    name: 'a deleted input counts as there',
    file: 'aws/input.ts',
    find: "return view.state === 'DELETED' ? null : view;",
    replace: 'return view;',
    hunt: everywhere('teardown running'),
  },
  {
    name: 'a conflict is a failure on the way up',
    file: 'workflow/ensure.ts',
    find: "if (awsErrorKind(error) === 'conflict') throw new NotSettled(`${what} is changing its state`);",
    replace: '',
    hunt: [{ workflow: 'start cold', fault: /Conflict/ }],
  },
  {
    name: 'a conflict is a failure on the way down',
    file: 'workflow/release.ts',
    find: "if (awsErrorKind(error) === 'conflict') throw new NotSettled(`waiting for ${waitingFor}`);",
    replace: '',
    hunt: [{ workflow: 'teardown running', fault: /Conflict/ }],
  },
  // Making
  {
    name: 'an input is made without looking for one',
    file: 'workflow/ensure.ts',
    find: ': await findInput(deps, record.destinationId);',
    replace: ': null;',
    hunt: [{ workflow: 'start cold', step: /EnsureInput/, fault: /abort/ }],
  },
  {
    name: 'a channel is made without looking for one',
    file: 'workflow/ensure.ts',
    find: 'let channel = recorded ?? (await findChannel(deps, record.destinationId));',
    replace: 'let channel = recorded;',
    hunt: [{ workflow: 'start cold', step: /EnsureChannel$/, fault: /abort/ }],
  },
  {
    name: 'the step before does not wait for the channel to be made',
    file: 'workflow/ensure.ts',
    find: 'const ready = await waitForIdle(context, channelId);',
    replace: "const ready = { ...channel, state: 'IDLE' };",
    hunt: [{ workflow: 'start cold' }],
  },
  {
    name: 'a flow output is added without looking for one',
    file: 'workflow/ensure.ts',
    find: 'if (!existing) {',
    replace: 'if (existing || !existing) {',
    hunt: [{ workflow: 'start cold', step: /EnsureFlowOutput/, fault: /after|late|cut/ }],
  },
  {
    name: 'the flow output is forgotten',
    file: 'workflow/ensure.ts',
    find: 'return { flowOutput: { flowOutputArn, flowOutputName } };',
    replace: 'return {};',
    hunt: everywhere('start cold'),
  },
  {
    name: 'the flow output is not made',
    file: 'workflow/ensure.ts',
    find: 'await addFlowOutput(deps, record.destinationId, input);',
    replace: '',
    hunt: everywhere('start warm'),
  },
  {
    name: 'an accepted start is not recorded',
    file: 'workflow/ensure.ts',
    find: 'if (!accepted) await recordHeld(context, { channelRun });',
    replace: '',
    hunt: everywhere('the start falls back to idle'),
  },
  {
    name: 'a start counts as running at once',
    file: 'workflow/ensure.ts',
    find: "(view) => view?.state === 'RUNNING',",
    replace: '() => true,',
    hunt: everywhere('start slow'),
  },
  {
    name: 'a start that fell back is started again',
    file: 'workflow/ensure.ts',
    find: '    if (accepted) {',
    replace: '    if (accepted && deps === undefined) {',
    hunt: everywhere('the start falls back to idle'),
  },
  {
    name: 'the start is asked for whatever the state',
    file: 'workflow/ensure.ts',
    find: "if (channel.state === 'IDLE' || channel.state === 'UPDATE_FAILED') {\n    if (accepted)",
    replace: "if (channel.state !== 'RUNNING') {\n    if (accepted)",
    hunt: everywhere('start slow'),
  },
  // Taking down
  {
    name: 'the channel is deleted before it is stopped',
    file: 'workflow/release.ts',
    find: 'if (STOPPABLE.has(channel.state)) await ask(() => stopChannel(deps, channelId), `channel ${channelId}`);',
    replace: 'await ask(() => deleteChannel(deps, channelId), `channel ${channelId}`);',
    hunt: everywhere('teardown running'),
  },
  {
    name: 'waiting for a stop that was never asked for',
    file: 'workflow/release.ts',
    find: 'if (STOPPABLE.has(channel.state)) await ask(() => stopChannel(deps, channelId), `channel ${channelId}`);',
    replace: '',
    hunt: everywhere('stop warm'),
  },
  {
    name: 'a stop counts as done once it is asked for',
    file: 'workflow/release.ts',
    find: 'if (!AT_REST.has(channel.state)) {',
    replace: 'if (deps === undefined) {',
    hunt: everywhere('stop slow'),
  },
  {
    name: 'a recovering channel is not stopped',
    file: 'workflow/release.ts',
    find: "new Set(['RUNNING', 'STARTING', 'RECOVERING'])",
    replace: "new Set(['RUNNING', 'STARTING'])",
    hunt: everywhere('stop while recovering'),
  },
  {
    name: 'the flow output stays',
    file: 'workflow/release.ts',
    find: "await ask(() => removeFlowOutput(deps, output.flowOutputArn), 'the flow output');",
    replace: '',
    hunt: everywhere('stop warm'),
  },
  {
    name: 'the flow output is said to be released and stays',
    file: 'workflow/release.ts',
    find: '  const output = await find();',
    replace: '  const output = (await find()) && null;',
    hunt: everywhere('stop warm'),
  },
  {
    name: 'the channel stays after a teardown',
    file: 'workflow/release.ts',
    find: "if (channel.state !== 'DELETING') await ask(() => deleteChannel(deps, channelId), `channel ${channelId}`);",
    replace: '',
    hunt: everywhere('teardown warm'),
  },
  {
    name: 'the deletion of the channel is not waited for',
    file: 'workflow/release.ts',
    find: '      (view) => view === null,\n      `channel ${channelId} to be deleted`,',
    replace: '      () => true,\n      `channel ${channelId} to be deleted`,',
    hunt: everywhere('stop slow'),
  },
  {
    name: 'an attached input counts as released',
    file: 'workflow/release.ts',
    find: "if (input.state === 'ATTACHED') throw new NotSettled(`input ${inputId} is still attached`);",
    replace: "if (input.state === 'ATTACHED') return 'input';",
    hunt: everywhere('stop slow'),
  },
  {
    name: 'the input stays after a teardown',
    file: 'workflow/release.ts',
    find: "if (input.state !== 'DELETING') await ask(() => deleteInput(deps, inputId), `input ${inputId}`);",
    replace: '',
    hunt: everywhere('teardown warm'),
  },
  {
    name: 'a release looks for nothing that is not recorded',
    file: 'workflow/release.ts',
    find: 'return inputId ? observeInput(deps, inputId) : findInput(deps, record.destinationId);',
    replace: 'return inputId ? observeInput(deps, inputId) : null;',
    hunt: everywhere('stop before anything is recorded'),
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
  // The order of things
  {
    name: 'a changed wish is not noticed',
    file: 'workflow/run-step.ts',
    find: 'if (!isRelease(step) && isSuperseded(found, found.operation)) {',
    replace: 'if (!found) {',
    hunt: everywhere('stop before anything is recorded'),
  },
  {
    name: 'the releases of an operation that is over go on',
    file: 'workflow/run-step.ts',
    find: 'if (isRelease(step)) return result({});',
    replace: '',
    hunt: [
      { workflow: 'start cold', fault: /goes on/ },
      { workflow: 'stop cold', fault: /goes on/ },
    ],
  },
  {
    name: 'a step takes the record of another generation for its own',
    file: 'workflow/run-step.ts',
    find: 'if (found?.operation?.generation !== generation) {',
    replace: 'if (!found?.operation) {',
    hunt: [
      { workflow: 'start cold', fault: /goes on/ },
      { workflow: 'stop cold', fault: /goes on/ },
    ],
  },
  {
    name: 'deadlines are not kept',
    file: 'workflow/run-step.ts',
    find: 'if (now.getTime() - Date.parse(enteredAt) <= limitSeconds * 1000) return;',
    replace: 'return;',
    hunt: everywhere('the start hangs'),
  },
  {
    name: 'a healthy start is given up after a minute',
    file: 'domain/lifecycle.ts',
    find: 'deadlineSeconds: 660 }',
    replace: 'deadlineSeconds: 60 }',
    hunt: everywhere('start slow'),
  },
  {
    name: 'an operation settles twice',
    file: 'workflow/settle.ts',
    find: 'if (before?.operation?.generation !== input.generation) return;',
    replace: 'if (!before?.operation) return;',
    hunt: [
      { workflow: 'start cold', fault: /goes on/ },
      { workflow: 'stop cold', fault: /goes on/ },
    ],
  },
  {
    name: 'the ending is not kept in the history',
    file: 'workflow/settle.ts',
    find: 'await putOperation(deps, input.destinationId, finished);',
    replace: '',
    hunt: everywhere('start warm'),
  },
  {
    name: 'a wish that changed during the operation is forgotten',
    file: 'workflow/settle.ts',
    find: 'const kind = nextOperation(rest);',
    replace: 'const kind = nextOperation({ ...rest, desired: rest.status === "running" ? "running" : rest.desired });',
    hunt: everywhere('start while stopping'),
  },
  {
    name: 'the next operation is recorded and never started',
    file: 'workflow/settle.ts',
    find: 'if (after?.operation) await startQuietly(deps, after);',
    replace: '',
    hunt: everywhere('start while stopping'),
  },
  {
    name: 'a teardown that failed removes the record',
    file: 'workflow/settle.ts',
    find: "return { outcome: 'failed', error: record.operation?.error ?? unexplained(record.operation, failure, now) };",
    replace: "return { outcome: 'succeeded' };",
    hunt: [{ workflow: 'teardown running', fault: /Forbidden/ }],
  },
  {
    name: 'an undo that failed is called superseded',
    file: 'workflow/settle.ts',
    find: "if (failure.Error === 'Superseded' && !record.operation?.error) return { outcome: 'superseded' };",
    replace: "return { outcome: 'superseded' };",
    hunt: [{ workflow: 'start warm', fault: /Forbidden/ }],
  },
  // The table
  {
    name: 'writes are not conditional',
    file: 'aws/destination-table.ts',
    find: "        ConditionExpression: 'writeCount = :writeCount',\n        ExpressionAttributeNames",
    replace: "        ConditionExpression: ':writeCount = :writeCount',\n        ExpressionAttributeNames",
    hunt: [{ workflow: 'start warm', fault: /late/ }],
  },
  {
    name: 'a lost condition counts as written',
    file: 'aws/destination-table.ts',
    find: '    return true;\n  } catch (error) {\n    if (isConditionFailed(error)) return false;\n    throw error;\n  }\n}\n\nasync function tryDelete',
    replace: '    return true;\n  } catch {\n    return true;\n  }\n}\n\nasync function tryDelete',
    hunt: [{ workflow: 'start warm', step: /api|Ensure|Settle/ }],
  },
  // The sweep
  {
    name: 'the sweep does not start what was written',
    file: 'schedules/sweep-operations.ts',
    find: 'await startQuietly(deps, record);',
    replace: '',
    hunt: [{ workflow: 'start warm', step: /api/ }],
  },
  {
    name: 'the sweep does not take up what was interrupted',
    file: 'schedules/sweep-operations.ts',
    find: 'await resume(deps, record);',
    replace: '',
    hunt: [{ workflow: 'start warm', fault: /abort/ }],
  },
  {
    name: 'the sweep takes up what is still running',
    file: 'schedules/sweep-operations.ts',
    find: "if (state === 'running') return;",
    replace: "if (state === 'running') return resume(deps, record);",
    hunt: everywhere('the start hangs'),
  },
  {
    name: 'the sweep starts failed destinations again',
    file: 'domain/lifecycle.ts',
    find: "if (record.status === 'error') return isPrimary(record) ? 'start' : null;",
    replace: '',
    hunt: [{ workflow: 'start warm', fault: /Forbidden/ }],
  },
  {
    name: 'an ending is written over',
    file: 'aws/destination-table.ts',
    find: "        Item: { ...key, ...operation, expiresAt: expiryOf(operation.startedAt) },\n        ConditionExpression: 'attribute_not_exists(pk)',",
    replace: '        Item: { ...key, ...operation, expiresAt: expiryOf(operation.startedAt) },',
    hunt: [{ workflow: 'start warm', step: /Settle/, fault: /abort/ }],
  },
  // Secrets
  {
    name: 'the key is logged',
    file: 'workflow/channel-target.ts',
    find: "    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    replace:
      "    ...(deps as never as { logger: { info(text: string): void } }).logger.info((await decryptStreamKey(deps, record.destinationId, record.streamKeyCiphertext)).reveal()) as object | undefined,\n    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    hunt: everywhere('start cold'),
  },
  {
    name: 'the key is logged in base64',
    file: 'workflow/channel-target.ts',
    find: "    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    replace:
      "    ...(deps as never as { logger: { info(text: string): void } }).logger.info(Buffer.from('rtmp://a/' + (await decryptStreamKey(deps, record.destinationId, record.streamKeyCiphertext)).reveal()).toString('base64')) as object | undefined,\n    kind: 'rtmp',\n    rtmpUrl: record.rtmpUrl,",
    hunt: everywhere('start cold'),
  },
  {
    name: 'the key is in the execution',
    file: 'workflow/ensure.ts',
    find: 'channelHash = hash;\n  }',
    replace: 'channelHash = String((target as { streamKey?: { reveal(): string } }).streamKey?.reveal());\n  }',
    hunt: everywhere('start cold'),
  },
];
