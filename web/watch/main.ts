import './watch.css';
import { followPhase } from './follow-phase.ts';
import { offerPlayer } from './offer-player.ts';
import { showCountdowns, writeLocalTimes } from './times.ts';

/**
 * The script of the public pages. They are readable without it; it adds local times, the countdown, the player and the
 * chat.
 */

writeLocalTimes(document);
showCountdowns(document);
const show = document.querySelector<HTMLElement>('[data-show]');
if (show) {
  followPhase(show);
  const stage = show.querySelector<HTMLElement>('[data-player]');
  if (stage) offerPlayer(show, stage);
  const chat = show.querySelector<HTMLElement>('[data-chat]');
  if (chat) afterLoad(() => void openChatIn(chat));
}

/** The picture comes first. */
function afterLoad(action: () => void): void {
  if (document.readyState === 'complete') action();
  else window.addEventListener('load', action, { once: true });
}

async function openChatIn(chat: HTMLElement): Promise<void> {
  try {
    const { openChat } = await import('./chat/open-chat.ts');
    openChat(chat, show!.dataset['show'] ?? '');
  } catch {
    // A browser does not retry a failed import until the page is loaded again.
    chat.textContent = 'The chat failed to load. Reload the page.';
  }
}
