import type { Clock } from '../../host/clock.ts';
import type { EngineLogger } from '../engine-logger.ts';
import { createFillTicker, type FillTicker } from './fill-ticker.ts';
import { createSilenceWatch, type SilenceWatch } from './silence-watch.ts';

/** The timers of all slates of one engine. With separate timers for each channel, a slate costs more than copying. */
export interface SlateTimers {
  silences: SilenceWatch;
  fills: FillTicker;
}

/** Creates timers that run while a slate needs them. A slate that throws is logged; the others are unaffected. */
export function createSlateTimers({ clock, logger }: { clock: Clock; logger: EngineLogger }): SlateTimers {
  function run(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      logger.error('an output failed to accept its slate', {
        error: error instanceof Error ? error.message : 'unknown',
      });
    }
  }

  return { silences: createSilenceWatch({ clock, run }), fills: createFillTicker({ clock, run }) };
}
