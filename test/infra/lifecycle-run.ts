import type { AwsDeps } from '../../functions/aws/clients.ts';
import { ConfirmSubscriptionCommand } from '@aws-sdk/client-sns';
import { DECLARED } from '../support/declared.ts';
import { createChannel, findChannel, observeChannel, startChannel, stopChannel } from '../../functions/aws/channel.ts';
import { changeDestination, getDestination } from '../../functions/aws/destination-table.ts';
import { getRecording } from '../../functions/aws/recording-table.ts';
import { listDeliveries } from '../../functions/aws/delivery-table.ts';
import { addFlowOutputs, observeFlow, removeFlowOutput } from '../../functions/aws/flow.ts';
import { buildPlainPng } from '../../functions/domain/plain-png.ts';
import { createSecret } from '../../functions/aws/passphrase-secret.ts';
import { getShow } from '../../functions/aws/show-table.ts';
import { StreamKey } from '../../functions/domain/stream-key.ts';
import { insertIncident, listStandingIncidents } from '../../functions/aws/incident-table.ts';
import { createInput, observeInput } from '../../functions/aws/input.ts';
import type { Destination } from '../../functions/domain/destination.ts';
import type { EventType } from '../../functions/domain/webhook-events.ts';
import { observe } from '../../functions/domain/incident-observe.ts';
import { DEFAULT_INCIDENT_SETTINGS } from '../../functions/domain/incident-settings.ts';
import { requestChange } from '../../functions/workflow/operations.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeHttpEvent, type HttpAnswer, type HttpRequest } from './http-event.ts';
import type { LocalDeployment } from './local-deployment.ts';
import { makeChannelEvent, makeFlowEvent, makeScheduledEvent } from './media-events.ts';
import { towardsDesired } from '../../functions/domain/lifecycle.ts';

/**
 * Runs the life of a deployment through its functions alone: everything the API offers, every step of every state
 * machine, schedules and events, and recovery from interrupted operations and unused resources.
 */

/** A key that no response and no log may contain. */
export const CANARY_KEY = 'canary-81kd-w3pm-77vb-zq7x';

/** Resolves to itself without a name server. Nothing is ever sent there. */
const PUBLIC_URL = 'rtmp://1.1.1.1/live';

/** Runs the lifecycle. @returns every response of the API */
export async function runLifecycle(deployment: LocalDeployment): Promise<HttpAnswer[]> {
  const answers: HttpAnswer[] = [];
  const token = deployment.tokenFor('admin');
  const call = async (request: HttpRequest, expected: number): Promise<any> => {
    const headers = { authorization: `Bearer ${token}`, ...request.headers };
    const answer: HttpAnswer = await deployment.functions.api.invoke(makeHttpEvent({ ...request, headers }));
    answers.push(answer);
    if (answer.statusCode !== expected) {
      throw new Error(`${request.method} ${request.path}: ${answer.statusCode} instead of ${expected}: ${answer.body}`);
    }
    return /json/.test(answer.headers['content-type'] ?? '') ? JSON.parse(answer.body) : answer.body;
  };
  const show: Show = { deployment, call, deps: depsOf(deployment) };
  await deployment.functions.sweep.invoke(makeScheduledEvent('sluice-test-sweep'));
  const targetId = await addTarget(show, 'destination.created');
  const mailTargetId = await addMailTarget(show, 'destination.created');
  const warm = await addDestination(show, 'Warm', { standby: 'warm', preset: '720p30' });
  const cold = await addDestination(show, 'Cold', { standby: 'cold', preset: 'source' });
  await testTarget(show, targetId);
  await testMailTarget(show, mailTargetId);
  await editAtRest(show, warm);
  await Promise.all([move(show, warm, 'start', 'running'), move(show, cold, 'start', 'running')]);
  await look(show, warm);
  // `readEverything` reads it.
  await setPicture(show, '/api/slate-image');
  await takeBreaks(show, warm);
  await meetIncidents(show, cold);
  await recordPreview(show);
  await call({ method: 'POST', path: `/api/destinations/${warm}/restart` }, 202);
  await atRest(show, warm, 'running');
  await Promise.all([move(show, warm, 'stop', 'idle'), move(show, cold, 'stop', 'idle')]);
  await playShow(show, warm);
  await switchSourceByShow(show);
  // The next start finds a channel with outdated settings.
  // The kept channel gets another class, and the flow a second output.
  const backup = { backupIngest: true, backupRtmpUrl: 'rtmp://9.9.9.9/live', backupStreamKey: `${CANARY_KEY}-backup` };
  await call({ method: 'PATCH', path: `/api/destinations/${warm}`, body: { preset: '480p30', ...backup } }, 200);
  await move(show, warm, 'start', 'running');
  await giveUp(show, cold);
  await sendSrt(show);
  await meetInterruptions(show, warm);
  await releaseOrphans(show);
  await moveEgress(show);
  await readEverything(show, { destinationId: warm });
  // Deleted during the start, so the end of the start begins the teardown.
  await call({ method: 'POST', path: `/api/destinations/${cold}/start` }, 202);
  for (const id of [warm, cold]) {
    await call({ method: 'DELETE', path: `/api/destinations/${id}?stop=true` }, 202);
    await waitFor(`${id} to be gone`, async () => (await getDestination(show.deps, id)) === null);
  }
  const reader = await addTarget(show, 'report.ready');
  await deployment.functions['cost-report'].invoke(makeScheduledEvent('sluice-test-cost-report'));
  await call({ method: 'DELETE', path: `/api/notification-targets/${reader}` }, 204);
  // Now that reports exist, read them, and report the same day again.
  const { data: reports } = await call({ method: 'GET', path: '/api/reports' }, 200);
  await readEverything(show, { name: reports[0].name });
  await deployment.functions['cost-report'].invoke(makeScheduledEvent('sluice-test-cost-report'));
  await call({ method: 'DELETE', path: '/api/slate-image' }, 204);
  return answers;
}

interface Show {
  deployment: LocalDeployment;
  call(request: HttpRequest, expected: number): Promise<any>;
  /** For direct calls by the test, which are not recorded. */
  deps: AwsDeps;
}

/** The dependencies of the deployment's workflow function. */
function depsOf({ aws, environments }: LocalDeployment): AwsDeps {
  const { workflow, api } = environments;
  const machine = (kind: string) => workflow[`STATE_MACHINE_ARN_${kind}`]!.split(':').slice(0, 7).join(':');
  return {
    clients: aws.clients,
    deployment: {
      deploymentId: workflow['DEPLOYMENT_ID']!,
      tableName: workflow['TABLE_NAME']!,
      keyId: workflow['KEY_ID']!,
      flowArn: workflow['FLOW_ARN']!,
      inputSecurityGroupId: workflow['INPUT_SECURITY_GROUP_ID']!,
      mediaLiveRoleArn: workflow['MEDIALIVE_ROLE_ARN']!,
      flowRoleArn: workflow['FLOW_ROLE_ARN']!,
      packageChannelId: workflow['PACKAGE_CHANNEL_ID']!,
      reportBucket: api['REPORT_BUCKET']!,
      recordingBucket: api['RECORDING_BUCKET']!,
      harvestRoleArn: workflow['HARVEST_ROLE_ARN']!,
      recordingMachineArn: machine('RECORDING'),
      stateMachineArns: {
        create: machine('CREATE'),
        start: machine('START'),
        stop: machine('STOP'),
        teardown: machine('TEARDOWN'),
      },
      incidentMachineArn: machine('INCIDENT'),
      deliveryMachineArn: machine('DELIVERY'),
      showMachineArn: machine('SHOW'),
      slateMachineArn: api['STATE_MACHINE_ARN_SLATE']!.split(':').slice(0, 7).join(':'),
      groupMachineArn: machine('GROUP'),
      channelQuota: 20,
      pushInputQuota: 20,
      ...DECLARED,
      copiesSource: false,
      defaultStandby: 'warm',
      pricedInput: DECLARED.declaredInput,
      hasBackupSource: false,
      isSourceAnalysed: true,
      fingerprintSecret: 'for tests only',
      loopbackTargetsAllowed: false,
      privateHosts: [],
    },
  };
}

/** Plans a show, runs it by hand under a ceiling, lets monitor and sweep meet it, and ends it. */
async function playShow(show: Show, destinationId: string): Promise<void> {
  const { call, deps, deployment } = show;
  const localStart = new Date(Date.now() + 3_600_000).toISOString().slice(0, 19);
  const body = { title: 'Evening', zone: 'UTC', localStart, destinations: [{ destinationId }] };
  const { showId: draft } = await call({ method: 'POST', path: '/api/shows', body }, 201);
  // The second replaces the first, and the deletion of the show deletes the second.
  await setPicture(show, `/api/shows/${draft}/cover`);
  await setPicture(show, `/api/shows/${draft}/cover`);
  await call({ method: 'GET', path: `/api/shows/${draft}/cover` }, 200);
  await call({ method: 'DELETE', path: `/api/shows/${draft}` }, 204);
  const { showId } = await call({ method: 'POST', path: '/api/shows', body: { ...body, isDraft: false } }, 201);
  const path = `/api/shows/${showId}`;
  await call({ method: 'PATCH', path, body: { title: 'Night' } }, 200);
  const ceiling = '/api/ceilings/day';
  await call({ method: 'PUT', path: ceiling, body: { amount: 900_000, action: 'stop' } }, 200);
  await call({ method: 'POST', path: `${path}/go-live` }, 200);
  const seen = (time: 'onAirAt' | 'offAirAt') =>
    waitFor(`${time} of the show`, async () => (await getShow(deps, showId))?.destinations[0]?.[time] ?? null);
  await seen('onAirAt');
  await deployment.functions.sweep.invoke(makeScheduledEvent('sluice-test-sweep'));
  await deployment.functions.monitor.invoke(makeScheduledEvent('sluice-test-monitor'));
  await call({ method: 'DELETE', path: ceiling }, 204);
  await call({ method: 'POST', path: `${path}/end` }, 200);
  await seen('offAirAt');
}

/** Adds a webhook whose name does not resolve. It wants events of one type. */
async function addTarget({ call }: Show, eventType: EventType): Promise<string> {
  const filter = { eventTypes: [eventType] };
  const body = { name: 'Hook', kind: 'webhook', url: 'https://hooks.sluice.example/hook', filter };
  const { targetId } = await call({ method: 'POST', path: '/api/notification-targets', body }, 201);
  return targetId;
}

const MAIL_ADDRESS = 'studio@sluice.example';

/** Adds an e-mail address and confirms it, as its owner does. */
async function addMailTarget({ call, deps, deployment }: Show, eventType: EventType): Promise<string> {
  const filter = { eventTypes: [eventType] };
  const body = { name: 'Mail', kind: 'email', email: MAIL_ADDRESS, filter };
  const { targetId } = await call({ method: 'POST', path: '/api/notification-targets', body }, 201);
  const [mail] = deployment.topicMails;
  if (mail?.kind !== 'confirmation') throw new Error('SNS asked for no confirmation');
  await deps.clients.sns.send(new ConfirmSubscriptionCommand({ TopicArn: mail.topicArn, Token: mail.token }));
  return targetId;
}

/** Waits for the messages of an e-mail target, sends a test, moves the target to another address and deletes it. */
async function testMailTarget({ call, deployment }: Show, targetId: string): Promise<void> {
  const path = `/api/notification-targets/${targetId}`;
  const received = () => deployment.topicMails.filter(({ kind, to }) => kind === 'message' && to === MAIL_ADDRESS);
  await waitFor('the messages to arrive by e-mail', async () => received().length === 2);
  const { state } = await call({ method: 'POST', path: `${path}/test` }, 200);
  if (state !== 'delivered' || received().length !== 3) throw new Error(`the test message is ${state}`);
  await call({ method: 'PATCH', path, body: { email: 'control@sluice.example' } }, 200);
  await call({ method: 'DELETE', path }, 204);
}

/** Sends a test and a replay, changes the target and deletes it, once its deliveries were tried. */
async function testTarget({ call, deps }: Show, targetId: string): Promise<void> {
  const path = `/api/notification-targets/${targetId}`;
  const tried = await waitFor('the deliveries to be tried', async () => {
    const deliveries = await listDeliveries(deps, targetId, 10);
    return deliveries.length === 2 && deliveries.every(({ attempts }) => attempts.length > 0) ? deliveries : null;
  });
  if (tried.some(({ attempts: [attempt] }) => attempt?.error !== 'host_not_found')) throw new Error('not sent');
  const { deliveryId } = await call({ method: 'POST', path: `${path}/test` }, 200);
  await call({ method: 'POST', path: `/api/deliveries/${deliveryId}/replay` }, 202);
  await call({ method: 'GET', path: `${path}/deliveries` }, 200);
  await call({ method: 'POST', path: `${path}/rotate-secret` }, 200);
  await call({ method: 'PATCH', path, body: { name: 'Hook and renamed' } }, 200);
  await call({ method: 'DELETE', path }, 204);
}

function atRest({ deps }: Show, id: string, status: Destination['status']): Promise<Destination> {
  return waitFor(`${id} to be ${status}`, async () => {
    const record = await getDestination(deps, id);
    if (record?.lastError) throw new Error(`${id} failed: ${JSON.stringify(record.lastError)}`);
    return record?.status === status && record.operation === null ? record : null;
  });
}

async function addDestination(show: Show, name: string, fields: object): Promise<string> {
  const body = { name, platform: 'custom', rtmpUrl: PUBLIC_URL, streamKey: `${CANARY_KEY}-${name}`, ...fields };
  const headers = { 'idempotency-key': `add-${name}` };
  const request = { method: 'POST', path: '/api/destinations', body, headers };
  const { destinationId } = await show.call(request, 201);
  // Repeats the request, as after a lost answer, then sends one that fails, whose idempotency key can be used again.
  await show.call(request, 201);
  await show.call(
    { ...request, body: { ...body, rtmpUrl: 'rtmp://10.0.0.1/live' }, headers: { 'idempotency-key': `no-${name}` } },
    422,
  );
  await atRest(show, destinationId, 'idle');
  return destinationId;
}

async function editAtRest(show: Show, id: string): Promise<void> {
  await show.call({ method: 'PATCH', path: `/api/destinations/${id}`, body: { name: 'Warm and renamed' } }, 200);
  const path = `/api/destinations/${id}/stream-key`;
  await show.call({ method: 'PUT', path, body: { streamKey: `${CANARY_KEY}-second` } }, 204);
}

async function move(show: Show, id: string, action: 'start' | 'stop', status: Destination['status']): Promise<void> {
  await show.call({ method: 'POST', path: `/api/destinations/${id}/${action}` }, 202);
  await atRest(show, id, status);
}

/** Runs the monitor by schedule and by event, and reads metrics and log. */
async function look(show: Show, id: string): Promise<void> {
  const { monitor } = show.deployment.functions;
  const record = await getDestination(show.deps, id);
  await monitor.invoke(makeScheduledEvent('sluice-test-monitor'));
  await monitor.invoke(makeChannelEvent(record!.held.channel!.channelArn));
  await show.call({ method: 'GET', path: `/api/destinations/${id}/metrics` }, 200);
  await show.call({ method: 'GET', path: `/api/destinations/${id}/log` }, 200);
}

/** Sends a picture, which the gateway passes on as base64. */
async function setPicture({ call }: Show, path: string): Promise<void> {
  const body = buildPlainPng(640, 360, '204060');
  await call({ method: 'PUT', path, body, headers: { 'content-type': 'image/png' }, isBase64Encoded: true }, 200);
}

/** Shows the slate and ends it, and repeats each call of the schedule as after a lost answer. */
async function takeBreaks(show: Show, id: string): Promise<void> {
  const { call, deployment, deps } = show;
  const path = `/api/destinations/${id}`;
  const rewind = async (slateBreak: Destination['slateBreak']) => {
    await changeDestination(deps, id, (record) => ({ ...record, slateBreak }));
  };
  const until = (state: 'shown' | undefined) =>
    waitFor(`the slate to be ${state ?? 'over'}`, async () => {
      return (await getDestination(deps, id))?.slateBreak?.state === state;
    });
  await call({ method: 'POST', path: `${path}/show-slate` }, 202);
  await until('shown');
  const { slateBreak } = (await getDestination(deps, id))!;
  await rewind({ ...slateBreak!, state: 'showing' });
  await deployment.functions.sweep.invoke(makeScheduledEvent('sluice-test-sweep'));
  await until('shown');
  await call({ method: 'POST', path: `${path}/end-slate` }, 202);
  await until(undefined);
  await rewind({ ...slateBreak!, state: 'ending' });
  await deployment.functions.sweep.invoke(makeScheduledEvent('sluice-test-sweep'));
  await until(undefined);
  // The restart that follows finds a slate to remove.
  await rewind(slateBreak);
}

/**
 * Stops a channel behind the deployment's back, which the monitor reports, and starts it again. Another incident is of a
 * destination that is gone.
 */
async function meetIncidents({ deps, deployment: { functions } }: Show, id: string): Promise<void> {
  const { channelId } = (await getDestination(deps, id))!.held.channel!;
  const stateOf = async () => (await observeChannel(deps, channelId))?.state;
  const subject = { kind: 'destination', id: GHOST, name: 'Gone', group: null } as const;
  const observation = { subject, signals: { deliversNothing: true } };
  const { incidents } = observe([], [observation], new Date(), DEFAULT_INCIDENT_SETTINGS);
  for (const incident of incidents) await insertIncident(deps, incident);
  await stopChannel(deps, channelId);
  await waitFor('the channel to stop', async () => (await stateOf()) === 'IDLE');
  await functions.monitor.invoke(makeScheduledEvent('sluice-test-monitor'));
  // The workflow opens it when the hold time is over.
  await waitFor('the incident to open', async () => {
    return (await listStandingIncidents(deps)).some(
      ({ rule, state }) => rule === 'channel_not_running' && state === 'open',
    );
  });
  await startChannel(deps, channelId);
  await waitFor('the channel to run', async () => (await stateOf()) === 'RUNNING');
  await waitFor('the incident to resolve', async () => {
    await functions.monitor.invoke(makeScheduledEvent('sluice-test-monitor'));
    return (await listStandingIncidents(deps)).length === 0;
  });
}

/** Records the preview, plays the recording and deletes it. */
async function recordPreview({ call, deps }: Show): Promise<void> {
  const path = '/api/recordings';
  await waitFor('the preview', async () => (await getDestination(deps, 'primary'))?.status === 'running');
  const { recordingId } = await call({ method: 'POST', path, body: { name: 'Show' } }, 201);
  const one = `${path}/${recordingId}`;
  await waitFor(
    'some time',
    async () => Date.now() - Date.parse((await getRecording(deps, recordingId))!.startedAt) > 1500,
  );
  await call({ method: 'POST', path: `${one}/stop` }, 200);
  await waitFor('the recording', async () => (await getRecording(deps, recordingId))?.state === 'ready');
  await call({ method: 'PATCH', path: one, body: { name: 'Show and renamed' } }, 200);
  for (const read of [path, one, `${one}/media/index.m3u8`, '/api/recording-settings']) {
    await call({ method: 'GET', path: read }, 200);
  }
  const settings = { mode: 'manual', keepDays: 1, limitBytes: null };
  await call({ method: 'PUT', path: '/api/recording-settings', body: settings }, 200);
  await call({ method: 'DELETE', path: one }, 202);
  await waitFor('the deletion', async () => (await getRecording(deps, recordingId)) === null);
}

/** Forces an operation in flight to end. */
async function giveUp(show: Show, id: string): Promise<void> {
  const given = () => show.deployment.calls.some(({ operation }) => operation === 'StopExecution');
  for (let attempt = 0; attempt < 5 && !given(); attempt++) {
    await show.call({ method: 'POST', path: `/api/destinations/${id}/start` }, 202);
    await show.call({ method: 'POST', path: `/api/destinations/${id}/stop?force=true` }, 202);
    await atRest(show, id, 'idle');
  }
}

/** A passphrase that no response and no log may contain. */
const CANARY_PASSPHRASE = `${CANARY_KEY}-passphrase`;

/** Runs an SRT destination with a passphrase, which is replaced while it is on air. */
async function sendSrt(show: Show): Promise<void> {
  const { call, deps, deployment } = show;
  const fields = { platform: 'srt', rtmpUrl: 'srt://1.1.1.1:9000', streamId: 'live', passphrase: CANARY_PASSPHRASE };
  const request = { method: 'POST', path: '/api/destinations', body: { name: 'SRT', ...fields } };
  const { destinationId: id } = await call(request, 201);
  await move(show, id, 'start', 'running');
  await deployment.functions.monitor.invoke(makeScheduledEvent('sluice-test-monitor'));
  await call({ method: 'GET', path: `/api/destinations/${id}/metrics` }, 200);
  await removeOutput(show, id);
  const body = { passphrase: `${CANARY_PASSPHRASE}-2` };
  await call({ method: 'PATCH', path: `/api/destinations/${id}?apply=next-start`, body }, 200);
  // A start that finds the secret of the former passphrase.
  await waitFor('the sweep to restore the output', async () => {
    await deployment.functions.sweep.invoke(makeScheduledEvent('sluice-test-sweep'));
    return deployment.calls.some(({ operation }) => operation === 'PutSecretValue');
  });
  await atRest(show, id, 'running');
  await call({ method: 'DELETE', path: `/api/destinations/${id}?stop=true` }, 202);
  await waitFor('the SRT destination to be gone', async () => (await getDestination(deps, id)) === null);
}

/** Removes a flow output behind the deployment's back. */
async function removeOutput({ deps }: Show, id: string): Promise<void> {
  const { flowOutput } = (await getDestination(deps, id))!.held;
  await waitFor('the flow to accept a change', async () => (await observeFlow(deps))?.status === 'ACTIVE');
  await removeFlowOutput(deps, flowOutput!.flowOutputArn);
}

/** Creates an operation that was never started, which the sweep must start. */
async function meetInterruptions(show: Show, id: string): Promise<void> {
  const { deps, deployment } = show;
  const sfn = { send: () => Promise.reject(new Error('the process died here')) } as never;
  const interrupted = {
    clients: { ...deps.clients, sfn },
    deployment: deps.deployment,
    now: () => new Date(),
    logger: { info() {}, warn() {}, error() {} },
  };
  await requestChange(interrupted, id, {
    requestedBy: 'test',
    decide: (record) => towardsDesired({ ...record, desired: 'idle' }),
  });
  await deployment.functions.sweep.invoke(makeScheduledEvent('sluice-test-sweep'));
  await atRest(show, id, 'idle');
}

const GHOST = 'dst_0000000000000000000000gh0t';

/** Creates resources without a record and requests their immediate release. */
async function releaseOrphans(show: Show): Promise<void> {
  const { deps, deployment } = show;
  const { inputId } = await createInput(deps, { destinationId: GHOST, generation: 1 });
  const input = await waitFor('the input', async () => {
    const view = await observeInput(deps, inputId);
    return view?.state === 'DETACHED' ? view : null;
  });
  const target = {
    kind: 'package' as const,
    packageChannelId: deps.deployment.packageChannelId,
    encodings: [ENCODING],
  };
  await createChannel(deps, { destinationId: GHOST, generation: 1, inputId, target, logLevel: 'WARNING' });
  const channel = await waitFor('the channel', async () => {
    const view = await findChannel(deps, GHOST);
    return view?.state === 'IDLE' ? view : null;
  });
  const output = { kind: 'input' as const, address: input.address!, port: input.port! };
  await addFlowOutputs(deps, GHOST, { main: output, backup: null });
  const passphrase = StreamKey.from(CANARY_PASSPHRASE);
  await createSecret(deps, { destinationId: GHOST, generation: 1, passphrase, ciphertextHash: 'of nothing' });
  await startChannel(deps, channel.channelId);
  await waitFor('the orphans to be released', async () => {
    await deployment.functions.sweep.invoke(makeScheduledEvent('sluice-test-sweep'));
    const { data } = await show.call({ method: 'GET', path: '/api/orphans' }, 200);
    for (const { orphanId, releaseRequestedBy } of data) {
      if (releaseRequestedBy !== null) continue;
      await show.call({ method: 'POST', path: `/api/orphans/${orphanId}/release` }, 202);
    }
    return data.length === 0;
  });
}

const ENCODING = {
  encodingId: '720p30',
  width: 1280,
  height: 720,
  framesPerSecond: 30,
  videoBitrateBps: 3_000_000,
  gopSeconds: 2,
  h264Profile: 'high' as const,
  audioBitrateBps: 128_000,
  audioSampleRateHz: 48_000,
};

/**
 * Restarts the flow, which may give it another egress address each time. The monitor, the sweep and the start of a
 * destination allow a new address; this leaves the last one to the next start.
 */
async function moveEgress(show: Show): Promise<void> {
  const { monitor, sweep } = show.deployment.functions;
  await switchFlow(show);
  await monitor.invoke(makeFlowEvent(show.deps.deployment.flowArn));
  await preferSources(show);
  await switchFlow(show);
  await sweep.invoke(makeScheduledEvent('sluice-test-sweep'));
  await switchFlow(show);
}

/** Switches to the backup, whose metrics do not show it yet, and ends the preference. */
async function preferSources(show: Show): Promise<void> {
  await show.call({ method: 'POST', path: '/api/mediaconnect/flow/switch', body: { to: 'backup' } }, 202);
  for (const source of ['backup', null]) {
    await show.call({ method: 'PUT', path: '/api/mediaconnect/flow/preferred-source', body: { source } }, 200);
  }
}

async function switchFlow(show: Show): Promise<void> {
  await switchByHand(show, 'stop', 'STANDBY');
  await switchByHand(show, 'start', 'ACTIVE');
}

async function switchByHand(show: Show, action: 'start' | 'stop', status: string): Promise<void> {
  await show.call({ method: 'POST', path: `/api/mediaconnect/flow/${action}` }, 202);
  await untilFlow(show, status);
}

async function untilFlow({ call }: Show, status: string): Promise<void> {
  const path = '/api/mediaconnect/flow/status';
  await waitFor(`the flow to be ${status}`, async () => (await call({ method: 'GET', path }, 200)).status === status);
}

/** Lets two shows start the source. The run sheet of the one stops it, and the sweep that of the other, a draft again. */
async function switchSourceByShow(show: Show): Promise<void> {
  const { call, deployment } = show;
  await switchByHand(show, 'stop', 'STANDBY');
  for (const action of ['cancel', 'unschedule']) {
    const localStart = new Date(Date.now() + 300_000).toISOString().slice(0, 19);
    const body = { title: 'Source', zone: 'UTC', localStart, startsSource: true, isDraft: false };
    const { showId } = await call({ method: 'POST', path: '/api/shows', body }, 201);
    await untilFlow(show, 'ACTIVE');
    await waitFor(
      'the source of the show',
      async () => (await getShow(show.deps, showId))?.source?.state === 'started',
    );
    await call({ method: 'POST', path: `/api/shows/${showId}/${action}` }, 200);
    if (action === 'unschedule') await deployment.functions.sweep.invoke(makeScheduledEvent('sluice-test-sweep'));
    await untilFlow(show, 'STANDBY');
  }
  await switchByHand(show, 'start', 'ACTIVE');
}

/** Calls every read-only path of the API whose parameters are known. */
async function readEverything(show: Show, known: Record<string, string>): Promise<void> {
  const { paths } = await show.call({ method: 'GET', path: '/api/openapi.json' }, 200);
  for (const [template, methods] of Object.entries<Record<string, object>>(paths)) {
    // Sign-in takes place between the browser and the user pool.
    if (!('get' in methods) || template.startsWith('/api/session/')) continue;
    const path = Object.entries(known).reduce((text, [name, value]) => text.replace(`{${name}}`, value), template);
    if (!path.includes('{')) await show.call({ method: 'GET', path }, 200);
  }
}
