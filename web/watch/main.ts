import './watch.css';
import { followPhase } from './follow-phase.ts';
import { offerPlayer } from './offer-player.ts';
import { showCountdowns, writeLocalTimes } from './times.ts';

/** The script of the public pages. They are readable without it; it adds local times, the countdown and the player. */

writeLocalTimes(document);
showCountdowns(document);
const show = document.querySelector<HTMLElement>('[data-show]');
if (show) {
  followPhase(show);
  const stage = show.querySelector<HTMLElement>('[data-player]');
  if (stage) offerPlayer(show, stage);
}
