const RELOADED_AT = 'sluice-reloaded-at';
const RELOAD_AGAIN_AFTER_MS = 30_000;

/**
 * Reloads the page when a chunk no longer exists on the server, after an upgrade of the dashboard. Does not reload
 * while the server is unreachable, because the open page still shows the last known state, and limits the rate, so that
 * a missing chunk cannot cause endless reloads.
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
