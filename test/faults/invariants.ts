import { isDeepStrictEqual } from 'node:util';
import type { Destination, Operation } from '../../functions/domain/destination.ts';
import { kindOf } from '../../functions/domain/destination-kind.ts';
import { isPrimary, parseOperationId } from '../../functions/domain/lifecycle.ts';
import { dueOperation } from '../../functions/domain/primary.ts';
import { sourceControlOf } from './act-show.ts';
import type { Invocation, WireAnswer, WireCall } from './in-process-transport.ts';
import { Violation } from './violation.ts';
import { watchDeliveries } from './watch-deliveries.ts';
import { watchIncidents } from './watch-incidents.ts';
import { watchModels } from './watch-models.ts';
import { watchRecordings } from './watch-recordings.ts';
import { watchGroups } from './watch-groups.ts';
import { watchNoSource } from './watch-no-source.ts';
import { watchShows } from './watch-shows.ts';
import { watchSinks } from './watch-sinks.ts';
import { watchSweeps } from './watch-sweeps.ts';
import { watchTruth } from './watch-truth.ts';
import type { Item, Watcher } from './watching.ts';
import { flowOf, type World } from './world.ts';

/**
 * Watches the invariants that must hold whatever fails. The watcher checks each call and each write; `checkAtRest`
 * checks what must hold when nothing is in progress. The truth comes from the state of the endpoints and from the
 * table, not from what the code under test says.
 *
 * - I1 no orphan: a record leads to every resource of ours.
 * - I2 no lost destination: a record goes only after a delete request.
 * - I3 no stuck state: everything comes to rest after the last fault.
 * - I4 single effect: a destination has at most one input, channel, flow output and secret.
 * - I5 no double start: AWS accepts one start per operation.
 * - I6 isolation: an operation changes only its own destination.
 * - I7 truth: records, observations and API responses agree with AWS.
 * - I8 secrecy: stream keys reach only KMS and MediaLive, passphrases KMS and Secrets Manager.
 * - I9 ownership and cost: only our resources are changed, and only requested channels run.
 * - I10 monotone generations: nothing old replaces anything newer.
 * - I11 audit: the history has the ending of every operation.
 * - I12 bounded: numbers of calls and changes and sizes of data are limited.
 * - I13 incidents: each opens and resolves once, and each transition has exactly one notification.
 * - I14 deliveries: each message arrives, once for receivers that compare ids, and every attempt is recorded.
 * - I15 shows: each starts and stops its destinations once, in time and only while its run sheet acts.
 * - I17 recordings: each ends with its media or with a reason, is copied once, and goes only when it has to.
 */

/** What the API logs before it prefers a source. */
const PREFERENCE_LOGGED = 'the preferred source of the flow changes';

/** Limits of I12 per operation, including faults and waits. */
const CALLS_MAX = 2_000;
const CHANGES_MAX = 60;
const LEFT_BEHIND_MS = 3_600_000;

const DEPLOYMENT_TAG = 'sluice:deployment';
const DESTINATION_TAG = 'sluice:destination';
const CHANGING = /^(Create|Delete|Start|Stop|Update|Add|Remove|Batch)/;
const ON_AIR_STATES = new Set(['RUNNING', 'RECOVERING']);
const UP_STATES = new Set(['STARTING', 'RUNNING', 'RECOVERING']);
/** Changes of a shared resource belong to all destinations. */
const SHARED = new Set(['UpdateInputSecurityGroup']);

/** A watcher and its counts. */
export interface Invariants extends Watcher {
  /** Checks what must hold when nothing moves. @throws {Violation} */
  checkAtRest(): Promise<void>;
  /** Lists resources of ours that no record leads to, which the sweep must release. */
  listLost(): string[];
  /** Changes that AWS refused without an injected fault. A run without faults must have none. */
  refused: readonly string[];
  /** Number of calls by operation, as `<destination> #<generation>`. */
  callsOf: ReadonlyMap<string, number>;
  /** Number of accepted changes of media resources by operation. */
  changesOf: ReadonlyMap<string, number>;
}

export interface InvariantsOptions {
  /** Keys of existing destinations that no sink may hold. Keys encrypted later are added automatically. */
  canaries?: readonly string[];
  /** Resources change behind our back, so records may lag until the next poll. */
  isMeddledWith?: boolean;
  /** Secrets that sign webhooks, by the receiver's host. */
  signingSecrets?: ReadonlyMap<string, string>;
}

/** A call that took effect after its sender had given up. */
interface LateCall {
  /** Generation of the operation; null for the sweep. */
  sentBy: number | null;
  atMs: number;
}

/** Creates the watcher of a world. */
export function watchInvariants(world: World, options: InvariantsOptions): Invariants {
  const sinks = watchSinks(world, options.canaries ?? []);
  const shows = watchShows(world);
  const recordings = watchRecordings(world);
  const groups = watchGroups(world);
  const noSource = watchNoSource(world);
  const parts: Watcher[] = [
    ...[sinks, shows, groups, noSource, recordings, watchTruth(world), watchSweeps(world), watchModels()],
    watchIncidents(world),
  ];
  if (options.signingSecrets) parts.push(watchDeliveries(world, options.signingSecrets));
  const owners = new Map<string, string>();
  learnWhatIsThere();
  const startsOf = new Map<string, number>();
  const refused: string[] = [];
  const callsOf = new Map<string, number>();
  const changesOf = new Map<string, number>();
  /** Changes that AWS made, by operation. The history must contain each operation. */
  const effects = new Map<string, string>();
  /** Calls that took effect after their sender had given up, by destination. */
  const late = new Map<string, LateCall[]>();
  /** Resources created by such a call. */
  const madeLate = new Map<string, LateCall>();
  /** When a destination's operation was last forced to end. Its process may still finish what it was doing. */
  const givenUpAtMs = new Map<string, number>();
  /** The desired state when the invocation began. */
  const desiredAtStart = new WeakMap<Invocation, string | undefined>();

  function delivered(call: WireCall, answer: WireAnswer): void {
    const { invocation } = call;
    for (const part of parts) part.delivered?.(call, answer);
    if (!invocation) return;
    const operation = `${invocation.destinationId} #${invocation.generation}`;
    if (invocation.generation !== null) count(callsOf, operation, CALLS_MAX, 'calls');
    const isMedia = ['mediaconnect', 'medialive', 'secretsmanager'].includes(call.service);
    if (!isMedia || !CHANGING.test(call.operation)) return;
    if (call.isLate) noteLate(invocation);
    if (answer.status >= 300) refused.push(`${call.operation} by ${invocation.step}: ${answer.status}`);
    if (answer.status >= 300) return;
    if (invocation.generation !== null) count(changesOf, operation, CHANGES_MAX, 'changes');
    learnOwner(call, invocation, answer);
    if (SHARED.has(call.operation) || !call.hasChanged) return;
    checkOwner(call, invocation);
    noteEffect(call, invocation);
    if (!call.isLate && !isGivenUp(invocation)) checkInFlight(call, invocation);
    if (call.operation === 'StartChannel') checkStart(call, invocation);
    checkSingle();
  }

  function toLateCall({ generation }: Invocation): LateCall {
    return { sentBy: generation, atMs: world.clock.now() };
  }

  function noteLate(invocation: Invocation): void {
    const { destinationId } = invocation;
    if (destinationId === null) return;
    late.set(destinationId, [...(late.get(destinationId) ?? []), toLateCall(invocation)]);
  }

  /** True if it began before its operation was forced to end, which cannot stop a process. */
  function isGivenUp({ destinationId, beganMs }: Invocation): boolean {
    return beganMs <= (givenUpAtMs.get(destinationId ?? '') ?? -1);
  }

  /**
   * True for an hour after a forced end, which may leave resources behind until the sweep has seen them twice and
   * released them.
   */
  function isLeftBehind(destinationId: string): boolean {
    return world.clock.now() - (givenUpAtMs.get(destinationId) ?? -LEFT_BEHIND_MS) < LEFT_BEHIND_MS;
  }

  /** I11: changes in AWS come from an operation, or from sweep or API, which log them before they act. */
  function noteEffect(call: WireCall, { step, destinationId, generation }: Invocation): void {
    if (generation !== null) {
      effects.set(`HISTORY#${destinationId} ${generation}`, call.operation);
      return;
    }
    if (call.operation === 'UpdateFlow' && world.logLines.some((line) => line.includes(PREFERENCE_LOGGED))) return;
    // Who starts or stops the flow is recorded before MediaConnect is asked.
    if (/^(Start|Stop)Flow$/.test(call.operation) && sourceControlOf(world)?.by) return;
    // A slate is requested in the record, with who asked, before MediaLive is.
    if (call.operation === 'BatchUpdateSchedule' && world.records().some(({ slateBreak }) => slateBreak?.requestedBy)) {
      return;
    }
    const id = resourceOf(call);
    // So is the pause of an output, with the show that started the destination.
    const isPauseOf = ({ held, outputPause, desiredBy }: Destination) =>
      held.channel?.channelId === id && outputPause && desiredBy?.startsWith('show "');
    if (call.operation === 'BatchUpdateSchedule' && world.records().some(isPauseOf)) return;
    const isLogged = world.logLines.some((line) => isReleaseOf(line, id ?? ''));
    if (step === 'sweep' && isLogged) return;
    throw new Violation('I11 audit', `${call.operation} of ${id} by ${step} is recorded nowhere`);
  }

  function count(counts: Map<string, number>, key: string, max: number, what: string): void {
    const made = (counts.get(key) ?? 0) + 1;
    counts.set(key, made);
    if (made > max) throw new Violation('I12 bounded', `more than ${max} ${what} for ${key}`);
  }

  /** A world may begin with resources. */
  function learnWhatIsThere(): void {
    const { inputs, channels, tags } = world.media;
    for (const { id, arn } of [...Object.values(inputs), ...Object.values(channels)]) {
      const owner = ownerOfTags(tags[arn]);
      if (owner) owners.set(id, owner);
    }
    for (const { arn, Name: name } of flowOf(world)?.outputs ?? []) owners.set(arn, ownerOfName(name));
    for (const { arn, tags: own } of Object.values(world.media.secrets)) {
      const owner = ownerOfTags(own);
      if (owner) owners.set(arn, owner);
    }
  }

  function ownerOfTags(tags: Record<string, string> | undefined): string | undefined {
    return tags?.[DEPLOYMENT_TAG] === world.deployment.deploymentId ? tags[DESTINATION_TAG] : undefined;
  }

  /** The owner of a resource is decided at its creation; tags may be edited later. */
  function learnOwner({ operation, isLate }: WireCall, invocation: Invocation, answer: WireAnswer): void {
    const learn = (id: string, owner: string) => {
      if (owners.has(id)) return;
      owners.set(id, owner);
      if (isLate) madeLate.set(id, toLateCall(invocation));
    };
    if (operation === 'CreateInput' || operation === 'CreateChannel') {
      const parsed = JSON.parse(answer.body) as Record<string, { id?: string; tags?: Record<string, string> }>;
      const made = parsed['input'] ?? parsed['channel'];
      const owner = ownerOfTags(made?.tags);
      if (made?.id && owner) learn(made.id, owner);
    }
    if (operation === 'CreateSecret') {
      for (const secret of Object.values(world.media.secrets)) learn(secret.arn, ownerOfTags(secret.tags) ?? 'unknown');
    }
    if (operation === 'AddFlowOutputs') {
      for (const output of flowOf(world)?.outputs ?? []) learn(output.arn, ownerOfName(output.Name));
    }
  }

  /** I6 and I9: an operation changes only resources of its own destination. */
  function checkOwner(call: WireCall, invocation: Invocation): void {
    const id = resourceOf(call);
    if (id === null) return;
    const owner = owners.get(id);
    if (owner === undefined) throw new Violation('I9 ownership', `${call.operation} of ${id}`);
    if (invocation.destinationId !== null && owner !== invocation.destinationId) {
      throw new Violation(
        'I6 isolation',
        `${call.operation} of ${owner}'s ${id} on behalf of ${invocation.destinationId}`,
      );
    }
  }

  function resourceOf(call: WireCall): string | null {
    const { SecretId: secretId } = call.body as { SecretId?: string };
    if (secretId !== undefined) return secretId;
    const path = decodeURIComponent(call.path);
    const output = /:output:[^/]+$/.exec(path);
    if (output) return path.slice(path.lastIndexOf('/') + 1);
    return /\/(?:channels|inputs)\/([^/]+)/.exec(path)?.[1] ?? null;
  }

  /** I10: an operation that has ended changes nothing more in AWS. */
  function checkInFlight(call: WireCall, { destinationId, generation, step }: Invocation): void {
    if (generation === null || destinationId === null) return;
    const inFlight = world.record(destinationId)?.operation?.generation;
    if (inFlight === generation) return;
    const state = inFlight === undefined ? 'no operation is in flight' : `#${inFlight} is in flight`;
    throw new Violation(
      'I10 monotone generations',
      `${call.operation} by ${step} of ${destinationId} #${generation}, but ${state}`,
    );
  }

  /**
   * I5 and I9: AWS accepts one start per operation, and only of a destination that should run. A start has no token by
   * which AWS could recognize its repetition. One that is delayed until its operation has ended and the channel has
   * been stopped again is accepted once more, and the stop or the sweep must end it.
   */
  function checkStart(call: WireCall, invocation: Invocation): void {
    const key = `${invocation.destinationId} #${invocation.generation}`;
    const record = world.record(invocation.destinationId!);
    const isOver = record?.operation?.generation !== invocation.generation;
    const starts = (startsOf.get(key) ?? 0) + 1;
    startsOf.set(key, starts);
    if (starts > 1 && !(call.isLate && isOver))
      throw new Violation('I5 no double start', `${starts} accepted starts for ${key}`);
    // The call may have been delayed since before the latest request.
    const desired = [desiredAtStart.get(invocation), record?.desired];
    if (!desired.includes('running'))
      throw new Violation('I9 cost', `a start of ${key}, whose desired state was ${desired[0]}`);
  }

  /** I4: a destination has at most one of each kind. */
  function checkSingle(): void {
    for (const [owner, held] of livingByOwner()) {
      if (isLeftBehind(owner)) continue;
      for (const [kind, ids] of Object.entries(held)) {
        if (ids.length > 1)
          throw new Violation('I4 single effect', `${owner} has ${ids.length} ${kind}: ${ids.join(', ')}`);
      }
    }
  }

  function livingByOwner(): Map<string, Living> {
    const living = new Map<string, Living>();
    const of = (id: string) => {
      const owner = owners.get(id);
      if (owner === undefined) return null;
      const held = living.get(owner) ?? nothingLives();
      living.set(owner, held);
      return held;
    };
    for (const { id, state } of Object.values(world.media.inputs)) if (state !== 'DELETED') of(id)?.inputs.push(id);
    for (const { id, state } of Object.values(world.media.channels)) if (state !== 'DELETED') of(id)?.channels.push(id);
    for (const { arn, Name: name } of flowOf(world)?.outputs ?? []) {
      of(arn)?.[name?.endsWith('-backup') ? 'backupOutputs' : 'outputs'].push(arn);
    }
    for (const { arn, deletedAtMs } of Object.values(world.media.secrets)) {
      if (deletedAtMs === undefined) of(arn)?.secrets.push(arn);
    }
    return living;
  }

  function wrote(key: string, before: Item | null, after: Item | null, call: WireCall): void {
    const { invocation } = call;
    for (const part of parts) part.wrote?.(key, before, after, call);
    if (isHistory(before ?? after)) return wroteHistory(key, before, after, call);
    if (!key.startsWith('DESTINATIONS/')) return;
    const was = before as Destination | null;
    const is = after as Destination | null;
    const destinationId = key.slice('DESTINATIONS/'.length);
    if (invocation && invocation.destinationId !== null && invocation.destinationId !== destinationId) {
      throw new Violation(
        'I6 isolation',
        `${invocation.step} of ${invocation.destinationId} wrote the row of ${destinationId}`,
      );
    }
    if (was && invocation && invocation.generation !== null && was.operation?.generation !== invocation.generation) {
      throw new Violation(
        'I10 monotone generations',
        `#${invocation.generation} wrote ${destinationId} at #${was.generation}`,
      );
    }
    if (was && is) wroteOver(was, is);
    // From this write on, readers of the record learn of the forced end.
    if (invocation?.step === 'api' && was?.operation && is?.operation && was.generation !== is.generation) {
      givenUpAtMs.set(destinationId, world.clock.now());
    }
    if (was && !is) removed(was);
    // A user may acknowledge an error while the record does not know every resource; the sweep must find the rest.
    if (!is || is.operation || !was?.operation || isLeftBehind(destinationId)) return;
    const { operation } = was;
    const isOvertaken = late.get(destinationId)?.some((each) => mayComeAfter(each, is, operation)) ?? false;
    if (!options.isMeddledWith && !isOvertaken) checkTruth(is);
    if (is.status !== 'error') checkNothingLost(is, was.operation);
  }

  /**
   * I1: an operation that succeeded leaves nothing that the record does not know, with two exceptions for the sweep: an
   * interrupted operation may have created what a warm destination keeps, without recording it; and a delayed request
   * may have created something after the operation had looked for it.
   */
  function checkNothingLost(record: Destination, operation: Operation): void {
    const { destinationId, status, standby } = record;
    const isKept = (id: string) => status === 'idle' && standby === 'warm' && !id.includes(':output:');
    const lost = listLost(destinationId).filter((id) => !isKept(id) && !isOvertakenBy(id, record, operation));
    if (lost.length > 0) throw new Violation('I1 no orphan', `${destinationId} settled and left ${lost.join(', ')}`);
  }

  function isOvertakenBy(id: string, record: Destination, operation: Operation): boolean {
    const call = madeLate.get(id);
    return call !== undefined && mayComeAfter(call, record, operation);
  }

  /**
   * Returns true for a request that took effect during the operation without its knowledge: sent by an earlier
   * operation, or by this one, a start that was superseded. The operation may have looked for its effect too early. No
   * operation can wait for that; the sweep corrects it.
   */
  function mayComeAfter({ sentBy, atMs }: LateCall, { desired }: Destination, operation: Operation): boolean {
    if (sentBy === null || atMs < Date.parse(operation.startedAt)) return false;
    const isCalledOff = operation.kind === 'start' && desired !== 'running';
    return sentBy < operation.generation || (sentBy === operation.generation && isCalledOff);
  }

  function wroteOver(was: Destination, is: Destination): void {
    // Observations have a separate writer and conflict with no other write.
    if (isDeepStrictEqual({ ...was, observation: null }, { ...is, observation: null })) return;
    if (is.generation < was.generation || is.writeCount !== was.writeCount + 1) {
      const versions = `#${was.generation}/${was.writeCount} became #${is.generation}/${is.writeCount}`;
      throw new Violation('I10 monotone generations', `${was.destinationId} ${versions}`);
    }
    if (was.desired === 'deleted' && is.desired !== 'deleted') {
      throw new Violation('I2 no lost destination', `the delete of ${was.destinationId} was lost`);
    }
  }

  /** I1 and I2: a record goes only on request, and only when no resource is left that it alone leads to. */
  function removed(was: Destination): void {
    if (was.desired !== 'deleted')
      throw new Violation('I2 no lost destination', `${was.destinationId} was removed without a request`);
    const left = Object.values(livingByOwner().get(was.destinationId) ?? {}).flat();
    const ids = left.filter((id) => !was.operation || !isOvertakenBy(id, was, was.operation));
    if (ids.length > 0) throw new Violation('I1 no orphan', `${was.destinationId} went and left ${ids.join(', ')}`);
  }

  /** I11: an operation has one ending, which stays. */
  function wroteHistory(key: string, before: Item | null, after: Item | null, { invocation }: WireCall): void {
    const was = before as Operation | null;
    const is = after as Operation | null;
    const given = is && parseOperationId(is.operationId);
    if (invocation?.step === 'api' && given) givenUpAtMs.set(given.destinationId, world.clock.now());
    if (!is) throw new Violation('I11 audit', `the history of ${key} was removed`);
    if (was?.outcome && was.outcome !== is.outcome) {
      throw new Violation('I11 audit', `${key} ended ${was.outcome} and then ${is.outcome}`);
    }
    if (given && is.outcome === 'superseded' && invocation?.step === 'SettleFailed')
      checkUndone(given.destinationId, is);
  }

  /** I11: a superseded operation is recorded as undone only if it is. */
  function checkUndone(destinationId: string, { generation }: Operation): void {
    if (options.isMeddledWith || late.get(destinationId)?.some(({ sentBy }) => sentBy === generation)) return;
    const { channels, outputs, backupOutputs } = livingByOwner().get(destinationId) ?? nothingLives();
    const isUp = channels.some((id) => UP_STATES.has(world.media.channels[id]!.state));
    if (!isUp && outputs.length + backupOutputs.length === 0) return;
    throw new Violation('I11 audit', `${destinationId} #${generation} is recorded as undone, but is not`);
  }

  /** I7: a record at rest tells the truth. */
  function checkTruth(record: Destination): void {
    const { destinationId, status, held } = record;
    const living = livingByOwner().get(destinationId);
    if (kindOf(record) === 'srt') {
      if (status === 'running' && living?.outputs.length !== 1 && !options.isMeddledWith)
        throw new Violation('I7 truth', `${destinationId} is recorded as running, but its output is gone`);
      if (status === 'idle' && (held.flowOutput || held.secret))
        throw new Violation('I7 truth', `${destinationId} is recorded as idle, but holds what only a running one does`);
      return;
    }
    const states = (living?.channels ?? []).map((id) => world.media.channels[id]!.state);
    const isUp = states.some((state) => UP_STATES.has(state));
    if (status === 'running' && !states.some((state) => ON_AIR_STATES.has(state))) {
      throw new Violation(
        'I7 truth',
        `${destinationId} is recorded as running, but its channel is ${states.join(', ') || 'gone'}`,
      );
    }
    if (status === 'idle' && (isUp || held.flowOutput || held.channelRun)) {
      const what = isUp ? `its channel is ${states.join(', ')}` : 'it holds what only a running one does';
      throw new Violation('I7 truth', `${destinationId} is recorded as idle, but ${what}`);
    }
  }

  async function checkAtRest(): Promise<void> {
    checkSingle();
    for (const record of world.records()) checkRecordAtRest(record);
    const lost = listLost();
    if (lost.length > 0) throw new Violation('I1 no orphan', `no record leads to ${lost.join(', ')}`);
    sinks.checkAtRest();
    shows.checkAtRest();
    recordings.checkAtRest();
    groups.checkAtRest();
    noSource.checkAtRest();
    checkAudit();
    await sinks.checkHistories();
  }

  function listLost(only?: string): string[] {
    return [...livingByOwner()].flatMap(([owner, living]) => {
      if (only !== undefined && owner !== only) return [];
      const held = world.record(owner)?.held;
      const known = new Set([
        ...[held?.input?.inputId, held?.channel?.channelId],
        ...[held?.flowOutput?.flowOutputArn, held?.flowOutput?.backup?.flowOutputArn, held?.secret?.secretArn],
      ]);
      return Object.values(living)
        .flat()
        .filter((id) => !known.has(id));
    });
  }

  function checkRecordAtRest(record: Destination): void {
    const { destinationId, desired, status, standby, held, operation } = record;
    if (operation || dueOperation(record, world.deps.now())) {
      throw new Violation(
        'I3 no stuck state',
        `${destinationId} is ${status}, should be ${desired}, and nothing happens`,
      );
    }
    checkTruth(record);
    const living = livingByOwner().get(destinationId) ?? nothingLives();
    if (status === 'error' && living.channels.some((id) => UP_STATES.has(world.media.channels[id]!.state))) {
      throw new Violation('I9 cost', `${destinationId} is in error and its channel runs`);
    }
    const missing = [
      ['input', held.input && !living.inputs.includes(held.input.inputId)],
      ['channel', held.channel && !living.channels.includes(held.channel.channelId)],
      ['flow output', held.flowOutput && !living.outputs.includes(held.flowOutput.flowOutputArn)],
      [
        'second flow output',
        held.flowOutput?.backup && !living.backupOutputs.includes(held.flowOutput.backup.flowOutputArn),
      ],
      ['secret', held.secret && !living.secrets.includes(held.secret.secretArn)],
    ] as const;
    const gone = missing.filter(([, isMissing]) => isMissing).map(([what]) => what);
    // In error the record may still name a resource that was requested to go. Following the name finds nothing, which
    // is harmless.
    if (gone.length > 0 && status !== 'error' && !options.isMeddledWith) {
      throw new Violation('I7 truth', `${destinationId} is recorded with deleted resources: ${gone.join(', ')}`);
    }
    if (isPrimary(record) && status !== 'running') {
      throw new Violation('I3 no stuck state', `the primary is ${status}`);
    }
    if (status === 'running') checkOnAir(record);
    // A warm destination may keep nothing: a start superseded before it created anything leaves nothing to keep.
    const keeps = living.channels.length + living.inputs.length + living.secrets.length;
    if (status === 'idle' && standby === 'cold' && keeps > 0 && !options.isMeddledWith) {
      throw new Violation('I7 truth', `${destinationId} is cold and idle, and keeps ${JSON.stringify(living)}`);
    }
  }

  /** Checks that the flow feeds the input that the channel reads, or calls the receiver with the passphrase. */
  function checkOnAir(record: Destination): void {
    const { destinationId, held } = record;
    if (options.isMeddledWith) return;
    if (kindOf(record) === 'srt') return checkCalled(record);
    const output = flowOf(world).outputs.find(({ arn }) => arn === held.flowOutput?.flowOutputArn);
    const input = world.media.inputs[held.input?.inputId ?? ''];
    const channel = world.media.channels[held.channel?.channelId ?? ''];
    if (
      !output ||
      !input ||
      !channel ||
      output.Destination !== input.endpointIps[0] ||
      input.attachedChannelId !== channel.id
    ) {
      throw new Violation('I7 truth', `${destinationId} is recorded as running, but nothing reaches its channel`);
    }
    const second = flowOf(world).outputs.find(({ arn }) => arn === held.flowOutput?.backup?.flowOutputArn);
    const isStandard = channel.settings.ChannelClass === 'STANDARD';
    if (second?.Destination !== (isStandard ? input.endpointIps[1] : undefined)) {
      throw new Violation('I7 truth', `${destinationId} is recorded as running, but not every pipeline is fed`);
    }
  }

  function checkCalled({ destinationId, held, rtmpUrl, streamKeyCiphertext }: Destination): void {
    const output = flowOf(world).outputs.find(({ arn }) => arn === held.flowOutput?.flowOutputArn);
    const secret = Object.values(world.media.secrets).find(({ arn }) => arn === held.secret?.secretArn);
    const isEncrypted = output?.Encryption?.SecretArn === secret?.arn && Boolean(secret?.value);
    if (!output || !rtmpUrl.endsWith(`${output.Destination}:${output.Port}`) || isEncrypted !== !!streamKeyCiphertext) {
      throw new Violation('I7 truth', `${destinationId} is recorded as running, but its receiver is not called so`);
    }
  }

  /** I11: the history has the ending of every operation of every destination. */
  function checkAudit(): void {
    const endings = [...world.items.values()].filter(isHistory);
    const ended = new Set(endings.map(({ pk, generation }) => `${String(pk)} ${String(generation)}`));
    for (const { operationId, requestedBy, startedAt, endedAt } of endings) {
      if (requestedBy && startedAt && endedAt) continue;
      throw new Violation('I11 audit', `the history lacks who began ${String(operationId)}, or when`);
    }
    for (const [operation, what] of effects) {
      if (!ended.has(operation))
        throw new Violation('I11 audit', `${what} by ${operation}, which is not in the history`);
    }
    for (const { destinationId, generation } of world.records()) {
      for (let each = 1; each <= generation; each++) {
        if (ended.has(`HISTORY#${destinationId} ${each}`)) continue;
        throw new Violation('I11 audit', `no ending of ${destinationId} #${each} in the history`);
      }
    }
  }

  return {
    began(invocation) {
      shows.began?.(invocation);
      if (invocation.destinationId) desiredAtStart.set(invocation, world.record(invocation.destinationId)?.desired);
    },
    delivered,
    wrote,
    said: (where, text) => sinks.said?.(where, text),
    received: (message, call) => parts.forEach((part) => part.received?.(message, call)),
    ended: (invocation, outcome) => parts.forEach((part) => part.ended?.(invocation, outcome)),
    answered: (request, status, text) => parts.forEach((part) => part.answered?.(request, status, text)),
    checkAtRest,
    listLost: () => listLost(),
    refused,
    callsOf,
    changesOf,
  };
}

/** What exists of a destination, by kind. */
type Living = Record<'channels' | 'inputs' | 'outputs' | 'backupOutputs' | 'secrets', string[]>;

function nothingLives(): Living {
  return { inputs: [], channels: [], outputs: [], backupOutputs: [], secrets: [] };
}

/** Returns true for a finished operation in any partition. */
function isHistory(item: Item | null): boolean {
  return item?.['operationId'] !== undefined && item['outcome'] !== undefined;
}

/** Returns true if the log line says that the sweep releases the resource, and on whose request. */
function isReleaseOf(line: string, resourceId: string): boolean {
  const { message, resourceId: released, requestedBy } = JSON.parse(line) as Record<string, string | undefined>;
  return message === 'sweep releases an orphan' && released === resourceId && Boolean(requestedBy);
}

/** Returns the destination in a flow output's name, because outputs have no tags. */
function ownerOfName(name: string | undefined): string {
  return /(?:^|-)(dst_\w{26}|primary)(?:-backup)?$/.exec(name ?? '')?.[1] ?? 'unknown';
}
