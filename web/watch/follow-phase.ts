/** Loads the page again when the show has moved on: it goes live, it ends, or its recording is ready. */

const EVERY_MS = 10_000;
/** So that a crowd that waits for the same second does not ask in the same one. */
const SPREAD_MS = 3_000;

interface ShowState {
  phase: string;
  recording: string;
}

export function followPhase(show: HTMLElement): void {
  const { show: id = '', phase, recording } = show.dataset;

  async function check(): Promise<void> {
    const state = await readState(id);
    if (state === 'gone' || (state && (state.phase !== phase || state.recording !== recording))) location.reload();
    else setTimeout(check, EVERY_MS + Math.random() * SPREAD_MS);
  }
  setTimeout(check, EVERY_MS + Math.random() * SPREAD_MS);
}

/** Returns null when the server cannot be reached or is busy. */
async function readState(id: string): Promise<ShowState | 'gone' | null> {
  try {
    const response = await fetch(`/audience/v1/shows/${id}`);
    if (response.status === 404) return 'gone';
    return response.ok ? ((await response.json()) as ShowState) : null;
  } catch {
    return null;
  }
}
