import type { ButtonLocation, CompanionSettings } from '../domain/notification-target.ts';
import type { SluiceEvent } from '../domain/webhook-events.ts';
import type { post, PostAnswer, PostOptions } from './post.ts';

/**
 * Bitfocus Companion, which draws the buttons of a control surface: a custom variable shows the newest message, and a
 * button can be pressed when an incident opens or resolves. Companion 3 and later.
 * @see https://companion.free/user-guide/ (Remote Control, HTTP)
 */

/** A button holds a few words; Companion scrolls none. */
const TEXT_CHARACTERS_MAX = 200;

interface CompanionOptions {
  /** Base of Companion's HTTP server, with a slash at the end. */
  base: string;
  settings: CompanionSettings;
  send: typeof post;
  options: PostOptions;
}

/**
 * Sets the variable, then presses the button of the event. A repeated call sets and presses again.
 * @returns Companion's first refusal, or its last answer
 */
export async function notifyCompanion(
  event: SluiceEvent,
  { base, settings, send, options }: CompanionOptions,
): Promise<PostAnswer> {
  const set = await send(
    {
      url: `${base}api/custom-variable/${settings.variable}/value`,
      body: event.title.slice(0, TEXT_CHARACTERS_MAX),
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    },
    options,
  );
  if (!isAccepted(set)) return explain(set, `the custom variable ${settings.variable}`);
  const button = buttonOf(event, settings);
  if (!button) return set;
  const place = [button.page, button.row, button.column].join('/');
  const pressed = await send({ url: `${base}api/location/${place}/press`, body: '' }, options);
  // 204 says that nothing is there to press.
  if (pressed.status === 204) return { status: null, error: 'companion_no_button', text: '' };
  return isAccepted(pressed) ? pressed : explain(pressed, `the button ${place}`);
}

function buttonOf({ type }: SluiceEvent, settings: CompanionSettings): ButtonLocation | null {
  if (type === 'incident.opened') return settings.pressOnOpen;
  return type === 'incident.resolved' ? settings.pressOnResolve : null;
}

function isAccepted({ status }: PostAnswer): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Companion's own texts are short and name neither what is missing nor the remedy. */
function explain(answer: PostAnswer, what: string): PostAnswer {
  if (answer.status === 404) return { ...answer, text: `Companion does not know ${what}: create it there` };
  if (answer.status === 403) return { ...answer, text: 'Companion’s HTTP API is off: Settings, Protocols, HTTP' };
  return answer;
}
