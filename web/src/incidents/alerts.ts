import { useLocalStorage } from '@mantine/hooks';
import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';
import { affectedWords, incidentName } from './incident-summary.ts';

/** Sound and notifications of this browser. Both are off until someone chooses them. */

const SOUND_KEY = 'sluice-alert-sound';
const NOTIFY_KEY = 'sluice-alert-notify';

/** The setting for sound. */
export const useSoundChoice = () =>
  useLocalStorage({ key: SOUND_KEY, defaultValue: false, getInitialValueInEffect: false });

/** The setting for browser notifications, which also need the browser's permission. */
export const useNotifyChoice = () =>
  useLocalStorage({ key: NOTIFY_KEY, defaultValue: false, getInitialValueInEffect: false });

const isChosen = (key: string): boolean => localStorage.getItem(key) === 'true';

/** Number of beeps per severity, so that it can be heard. */
const BEEPS: Record<IncidentResource['severity'], number> = { high: 3, medium: 2, low: 1 };
const BEEP_HZ = 880;
const BEEP_SECONDS = 0.16;
const EVERY_SECONDS = 0.3;

let audio: AudioContext | null = null;

/**
 * Plays the alert. Browsers allow sound only after a click or key press in the page.
 * @returns false when the browser refused
 */
export async function playAlert(severity: IncidentResource['severity']): Promise<boolean> {
  audio ??= new AudioContext();
  // A refused resume stays pending for ever, so it is not awaited.
  void audio.resume();
  await new Promise((resolve) => setTimeout(resolve, 150));
  if (audio.state !== 'running') return false;
  for (let beep = 0; beep < BEEPS[severity]; beep++) {
    const at = audio.currentTime + beep * EVERY_SECONDS;
    const tone = new OscillatorNode(audio, { frequency: BEEP_HZ });
    // Fades in and out, because a hard edge clicks.
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.35, at + 0.01);
    volume.gain.setValueAtTime(0.35, at + BEEP_SECONDS - 0.03);
    volume.gain.linearRampToValueAtTime(0, at + BEEP_SECONDS);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + BEEP_SECONDS);
  }
  return true;
}

/** Shows a notification of the system while the page is not in front. */
function notify(incident: IncidentResource): void {
  if (document.hasFocus() || !('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    const body = [incident.detail, affectedWords(incident)].filter(Boolean).join(' · ');
    // The tag merges the notifications of several tabs.
    const shown = new Notification(incidentName(incident), { body, tag: incident.incidentId });
    shown.addEventListener('click', () => window.focus());
  } catch {
    // Android allows notifications to service workers only.
  }
}

/** Calls the operator about new incidents in the ways they chose. */
export function alertOperator(calls: readonly IncidentResource[]): void {
  const [worst] = calls;
  if (!worst) return;
  if (isChosen(SOUND_KEY)) void playAlert(worst.severity);
  if (isChosen(NOTIFY_KEY)) for (const call of calls) notify(call);
}
