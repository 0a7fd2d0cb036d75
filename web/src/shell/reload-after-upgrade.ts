const RELOADED_AT = 'sluice-reloaded-at';
const RELOAD_AGAIN_AFTER_MS = 30_000;

/**
 * Reloads the page when a part of it is gone from the server: the dashboard was upgraded while the page was open. Not
 * while the server is away, because the page as it is still shows the last known state; and at most once in a while, so
 * that a part that is missing for good cannot reload for ever.
 */
export function reloadAfterUpgrade(): void {
  window.addEventListener('vite:preloadError', () => {
    const reloadedAt = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
    if (Date.now() - reloadedAt < RELOAD_AGAIN_AFTER_MS) return;
    void reload();
  });
}

async function reload(): Promise<void> {
  try {
    await fetch('/', { cache: 'no-store' });
  } catch {
    return;
  }
  sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  window.location.reload();
}
