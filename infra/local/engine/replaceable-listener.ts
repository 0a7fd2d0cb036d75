import type { SourceListener } from './contract.ts';
import type { SrtListener } from './srt-listener.ts';

/** A flow's SRT listener, replaced when its settings change. */
export interface ReplaceableListener extends SrtListener {
  settings(): SourceListener;
  /** Replaces the listener when the settings differ. Resolves when the old one has ended. */
  configure(source: SourceListener): Promise<void>;
}

/**
 * Listens with the first settings.
 * @param deps.onReplaced a listener has ended and the next is about to listen
 */
export function createReplaceableListener(deps: {
  source: SourceListener;
  listen: (source: SourceListener) => SrtListener;
  onReplaced: () => void;
}): ReplaceableListener {
  let settings = deps.source;
  let listener = deps.listen(settings);
  /** Callers accepted by earlier listeners. */
  let connectionsBefore = 0;
  let closed = false;

  return {
    settings: () => settings,
    async configure(source) {
      if (JSON.stringify(source) === JSON.stringify(settings)) return;
      settings = source;
      connectionsBefore += listener.state().connections;
      await listener.close();
      if (closed) return;
      deps.onReplaced();
      listener = deps.listen(settings);
    },
    state() {
      const current = listener.state();
      return { ...current, connections: connectionsBefore + current.connections };
    },
    lineQuality: () => listener.lineQuality(),
    close() {
      closed = true;
      return listener.close();
    },
  };
}
