import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { Fact } from '../ui/Fact.tsx';
import classes from './DetailsPanel.module.css';

/** The settings and the line of an SRT destination. */
export function SrtFacts({ destination }: { destination: DestinationResource }) {
  const { line, streamId, latencyMs, passphraseSet } = destination;
  return (
    <section className={classes.section}>
      <h3>SRT</h3>
      <dl className={classes.facts}>
        <Fact name="Stream ID">{streamId ?? 'none'}</Fact>
        <Fact name="Encryption">{passphraseSet ? 'AES, with a passphrase' : 'none'}</Fact>
        <Fact name="Latency">{latencyMs} ms or more</Fact>
        {destination.status === 'running' && (
          <>
            <Fact name="Sent again">{percentOf(line?.resentPercent)}</Fact>
            <Fact name="Round trip">{roundTripOf(line?.roundTripMs)}</Fact>
          </>
        )}
      </dl>
    </section>
  );
}

const UNKNOWN = 'not known yet';

function percentOf(percent: number | null | undefined): string {
  return percent === null || percent === undefined ? UNKNOWN : `${percent.toFixed(1)} % of the packets`;
}

function roundTripOf(roundTripMs: number | null | undefined): string {
  if (roundTripMs === null || roundTripMs === undefined) return UNKNOWN;
  return roundTripMs < 1 ? 'under 1 ms' : `${Math.round(roundTripMs)} ms`;
}
