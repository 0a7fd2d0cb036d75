const RELOADED_AT = 'sluice-reloaded-at';
const RELOAD_AGAIN_AFTER_MS = 30_000;

/**
 * Reloads the page when a part of it is gone from the server: the dashboard was upgraded while the page was open. At
 * most once in a while, so that a part that is missing for good cannot reload for ever.
 */
export function reloadAfterUpgrade(): void {
  window.addEventListener('vite:preloadError', (event) => {
    const reloadedAt = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
    if (Date.now() - reloadedAt < RELOAD_AGAIN_AFTER_MS) return;
    event.preventDefault();
    sessionStorage.setItem(RELOADED_AT, String(Date.now()));
    window.location.reload();
  });
}
