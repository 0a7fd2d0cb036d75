import { insertTarget } from '../../../functions/aws/notification-target-table.ts';
import { ruleOf } from '../../../functions/domain/incident-rules.ts';
import type { MailWay } from '../../../functions/notify/mail.ts';
import { addDestination, ask } from '../../faults/act.ts';
import { idOf } from '../../faults/destination-ids.ts';
import type { Production } from '../../faults/production.ts';
import { inWorld } from '../../faults/world.ts';
import { makeTarget } from '../../support/make-target.ts';
import type { Outcome } from '../outcome.ts';
import { describeSpread, percentile, toSpread } from '../statistics.ts';

/**
 * Breaks a channel of simulated AWS at moments all over the monitor's period, and measures under the virtual clock when
 * the mail server gets the message.
 */

const RULE = 'destination_not_delivering';
const MONITOR_EVERY_SECONDS = 60;
const AIM_SECONDS = MONITOR_EVERY_SECONDS + 5;
const FAULTS = 20;
const READY_WITHIN_MS = 900_000;
/** A start that does not deliver yet is no trouble for a while, and two polls find it healthy. */
const HEALTHY_MS = 150_000;
const CALLED_WITHIN_MS = 600_000;
const LATENCY_MS_MAX = 100;

/** Measures with events of the media services, which wake the monitor, and as if all of them were lost. */
export async function benchCallsOnAws(
  production: Production,
  { print }: { print: (line: string) => void },
): Promise<Outcome> {
  const rows = [];
  const gates = [];
  for (const withEvents of [false, true]) {
    const seconds: number[] = [];
    for (let fault = 0; fault < FAULTS; fault++) {
      seconds.push(await callOf(production, withEvents, (fault * MONITOR_EVERY_SECONDS * 1000) / FAULTS));
    }
    const events = withEvents ? 'with media events' : 'all media events lost';
    print(`${events}: ${seconds.map((each) => each.toFixed(1)).join(', ')} s`);
    const figure = `simulated AWS, ${events}: ${FAULTS} faults, to the mail server, without the hold time`;
    const [spread, p95] = [toSpread(seconds), percentile(seconds, 0.95)];
    rows.push({
      figure,
      measured: `${describeSpread(spread, 1)} s, 95 % within ${p95.toFixed(1)} s`,
      aim: `at most ${AIM_SECONDS} s`,
    });
    gates.push({ name: figure, value: spread.max, limit: AIM_SECONDS });
  }
  return { rows, gates };
}

/** @param phaseMs moment of the fault within the monitor's period. @returns seconds without the hold time */
function callOf(production: Production, withEvents: boolean, phaseMs: number): Promise<number> {
  const options = {
    production,
    ...{ seed: 1, latencyMsMax: LATENCY_MS_MAX, monitorEverySeconds: MONITOR_EVERY_SECONDS, withEvents },
  };
  return inWorld(options, async (world) => {
    const id = idOf(1);
    let arrivedMs: number | null = null;
    const mail: MailWay = {
      kind: 'smtp',
      async send({ subject }) {
        if (subject.includes(ruleOf(RULE).title)) arrivedMs ??= world.clock.now();
        return { response: 'kept' };
      },
    };
    Object.assign(world.deps, { mail });
    const target = await makeTarget(world.deps, { kind: 'email', email: 'studio@example.com' });
    await world.drive(insertTarget(world.deps, target));
    await world.drive(addDestination(world, 1, { standby: 'warm' }));
    await world.until(() => world.record(id)?.status === 'idle', READY_WITHIN_MS);
    await world.drive(ask(world, id, 'start'));
    await world.until(() => world.record(id)?.status === 'running', READY_WITHIN_MS);
    await world.until(() => false, HEALTHY_MS + phaseMs);
    world.planTransition = ({ from }) => (from === 'RECOVERING' ? { afterMs: CALLED_WITHIN_MS } : undefined);
    const causedMs = world.clock.now();
    world.mediaServices.disturbChannel(world.record(id)!.held.channel!.channelId);
    if (!(await world.until(() => arrivedMs !== null, CALLED_WITHIN_MS))) throw new Error('nothing arrived');
    return (arrivedMs! - causedMs) / 1000 - ruleOf(RULE).holdSeconds;
  });
}
