import type { PlantedBug } from './planted-bugs.ts';

/** Bugs in what carries messages to notification targets. */

const workflow = 'the messages of an incident reach every receiver that recovers';
const anywhere = [{ workflow }];

/** Where the simulation has no view, because its receivers have no network and no mail. */
const inTests = (tests: string): PlantedBug['hunt'] => [{ tests }];

export const DELIVERY_BUGS: readonly PlantedBug[] = [
  {
    name: 'an attempt is not recorded',
    file: 'domain/delivery.ts',
    find: 'const attempts = [...delivery.attempts, attempt];',
    replace: 'const attempts = attempt.at === null ? [] : delivery.attempts;',
    hunt: anywhere,
  },
  {
    name: 'an attempt is lost when another execution has written meanwhile',
    file: 'workflow/deliver.ts',
    find: '    if (written) return written;\n',
    replace: '    return written ?? before;\n',
    hunt: [{ workflow, step: /SendMessage/, fault: /aborted, process continues/ }],
  },
  {
    name: 'a failed message is not sent again',
    file: 'domain/delivery.ts',
    find: "if (isFinal) return { next: 'failed' };",
    replace: "if (isFinal || status !== null) return { next: 'failed' };",
    hunt: anywhere,
  },
  {
    name: 'a message without an answer counts as delivered',
    file: 'domain/delivery.ts',
    find: 'if (status !== null && status >= 200 && status < 300)',
    replace: 'if (status === null || (status >= 200 && status < 300))',
    hunt: anywhere,
  },
  {
    name: 'an e-mail to an address that is not confirmed counts as delivered',
    file: 'notify/send-message.ts',
    find: "if (subscription.state === 'waiting')",
    replace: "if (subscription.arn === '')",
    hunt: anywhere,
  },
  {
    name: 'a lost answer of SNS counts as delivered',
    file: 'notify/send-message.ts',
    find: "if (kind === 'throttled' || kind === 'unavailable' || !(error instanceof Error)) throw error;",
    replace:
      "if (!(error instanceof Error)) throw error;\n    if (kind === 'unavailable') return { ...NO_ANSWER, status: 200, error: null };",
    hunt: [{ workflow, step: /SendMessage/, operation: /Publish/, fault: /timeout before/ }],
  },
  {
    name: 'an e-mail that SNS denies is never sent again',
    file: 'notify/send-message.ts',
    find: "isFinal: kind === 'invalid' };",
    replace: 'isFinal: true };',
    hunt: [{ workflow, step: /SendMessage/, operation: /Publish/, fault: /AuthorizationError/ }],
  },
  {
    name: 'an e-mail names no target, so that no subscription admits it',
    file: 'aws/mail-topic.ts',
    find: 'StringValue: subscriptionKeyOf(to)',
    replace: 'StringValue: subscriptionKeyOf(subject)',
    hunt: anywhere,
  },
  {
    name: 'a message is sent again without a pause',
    file: 'workflow/deliver.ts',
    find: '  if (waiting) return waiting;\n',
    replace: '',
    hunt: [{ workflow, step: /SendMessage/, operation: /PutItem/, fault: /response cut/ }],
  },
  {
    name: 'a message that is sent again has another id',
    file: 'notify/send-message.ts',
    find: 'signWebhook({ id: event.eventId, body, now }, secrets)',
    replace: 'signWebhook({ id: `${event.eventId}-${now.getTime()}`, body, now }, secrets)',
    hunt: anywhere,
  },
  {
    name: 'a message that is sent again has other bytes',
    file: 'domain/webhook-events.ts',
    find: 'data: Object.fromEntries(sorted) });',
    replace: 'data });',
    hunt: anywhere,
  },
  {
    name: 'the signature is over the wrong bytes',
    file: 'notify/sign-webhook.ts',
    find: '`${id}.${timestamp}.${body}`',
    replace: '`${id}.${timestamp}.${body} `',
    hunt: anywhere,
  },
  {
    name: 'the signature has the time of the event',
    file: 'notify/send-message.ts',
    find: 'signWebhook({ id: event.eventId, body, now }, secrets)',
    replace: 'signWebhook({ id: event.eventId, body, now: new Date(event.at) }, secrets)',
    hunt: anywhere,
  },
  {
    name: '410 is ignored',
    file: 'domain/delivery.ts',
    find: "  if (status === 410) return { next: 'disable' };\n",
    replace: '',
    hunt: anywhere,
  },
  {
    name: '410 ends the delivery and leaves the target enabled',
    file: 'workflow/deliver.ts',
    find: 'return target.isEnabled ? { ...failing, isEnabled: false,',
    replace: 'return target.isEnabled ? { ...failing, isEnabled: true,',
    hunt: anywhere,
  },
  {
    name: 'a disabled target gets the messages that are on their way',
    file: 'workflow/deliver.ts',
    find: 'if (!target?.isEnabled) {',
    replace: 'if (!target) {',
    hunt: anywhere,
  },
  {
    name: 'a target that fails blocks the others',
    file: 'notify/publish-event.ts',
    find: 'targets.filter((target) => wantsEvent(target, event))',
    replace:
      'targets.filter((target) => wantsEvent(target, event) && !targets.some((each) => each.failuresInSequence > 3))',
    hunt: anywhere,
  },
  {
    name: 'each handing over creates a new delivery',
    file: 'domain/delivery.ts',
    find: 'JSON.stringify([targetId, event.eventId, replay])',
    replace: 'JSON.stringify([targetId, event.eventId, replay, Math.random()])',
    hunt: [{ workflow, step: /EvaluateIncident/, operation: /PutItem/, fault: /response cut/ }],
  },
  {
    name: 'a delivery has no mark by which the sweep finds it',
    file: 'aws/delivery-table.ts',
    find: "  if (stored.state === 'pending') {",
    replace: "  if (stored.state === 'failed') {",
    hunt: anywhere,
  },
  {
    name: 'the sweep does not start a delivery that was not started',
    file: 'schedules/sweep-deliveries.ts',
    find: "if (state === 'missing') return startDeliveryExecution(deps, delivery);",
    replace: "if (state === 'missing') return undefined;",
    hunt: [{ workflow, step: /EvaluateIncident/, operation: /StartExecution/, fault: /timeout before/ }],
  },
  {
    name: 'the sweep does not resume a delivery that was interrupted',
    file: 'schedules/sweep-deliveries.ts',
    find: "if (state === 'running') return undefined;",
    replace: "if (state !== 'missing') return undefined;",
    hunt: [{ workflow, step: /SendMessage/, fault: /execution aborted/ }],
  },
  {
    name: 'a signing secret is in the log',
    file: 'notify/send-message.ts',
    find: '  const now = deps.now();\n  const url',
    replace:
      "  const now = deps.now();\n  for (const { ciphertext } of target.secrets) (deps as never as { logger: { info(text: string): void } }).logger.info(await decryptTargetSecret(deps, targetId, 'signing', ciphertext));\n  const url",
    hunt: anywhere,
  },
  {
    name: 'a redirect is followed',
    file: 'notify/post.ts',
    find: '      const { add, read } = collect(response);',
    replace:
      '      if (response.headers.location) return void post({ url: response.headers.location, body, headers }, options).then(finish);\n      const { add, read } = collect(response);',
    hunt: inTests('functions/notify/post.test.ts'),
  },
  {
    name: 'the address is not checked when the connection is made',
    file: 'notify/post.ts',
    find: '      lookup: createCheckedLookup(checks),\n',
    replace: '',
    hunt: inTests('functions/notify/post.test.ts'),
  },
  {
    name: 'a listed private address may be reached on any port',
    file: 'notify/post.ts',
    find: 'const checks = { ...options, port:',
    replace:
      'const checks = { ...options, privateHosts: options.privateHosts?.map((host) => host.replace(/\\d+$/, String(target.port))), port:',
    hunt: inTests('functions/notify/post.test.ts'),
  },
  {
    name: 'a place without a button counts as pressed',
    file: 'notify/companion.ts',
    find: 'if (pressed.status === 204)',
    replace: 'if (pressed.status === 410)',
    hunt: inTests('functions/notify/companion.test.ts'),
  },
  {
    name: 'an answer is recorded with the secrets that it repeats',
    file: 'notify/send-message.ts',
    find: "rest.replaceAll(secret, '[redacted]')",
    replace: 'rest.replaceAll(secret, secret)',
    hunt: inTests('functions/notify/send-message.test.ts'),
  },
  {
    name: 'a drill reaches targets that did not ask for drills',
    file: 'domain/notification-target.ts',
    find: 'if (!isEnabled || (isDrill && !filter.includesDrills)) return false;',
    replace: 'if (!isEnabled || (isDrill && filter.includesDrills === undefined)) return false;',
    hunt: inTests('functions/domain/notification-target.test.ts'),
  },
  {
    name: 'the message about a drill does not say that it is one',
    file: 'domain/incident-event.ts',
    find: '      isDrill,\n    },\n    title',
    replace: '      isDrill: isDrill && rule === undefined,\n    },\n    title',
    hunt: inTests('functions/domain/incident-event.test.ts'),
  },
  {
    name: 'Retry-After of a receiver is not read',
    file: 'notify/send-message.ts',
    find: 'answer.status === 429 || answer.status === 503 ?',
    replace: 'answer.status === 0 ?',
    hunt: inTests('functions/workflow/deliver.test.ts'),
  },
  {
    name: 'Retry-After of a receiver is ignored',
    file: 'domain/delivery.ts',
    find: 'Math.max(planned, earliest, asked)',
    replace: 'Math.max(planned, earliest, Math.min(asked, 0))',
    hunt: inTests('functions/workflow/deliver.test.ts'),
  },
  {
    name: 'the secret before a rotation signs no more',
    file: 'domain/notification-target.ts',
    find: 'expiresAt === null || Date.parse(expiresAt) > now.getTime()',
    replace: 'expiresAt === null && now.getTime() > 0',
    hunt: inTests('functions/notify/send-message.test.ts'),
  },
];
