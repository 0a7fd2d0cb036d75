import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { Fact } from '../ui/Fact.tsx';
import { formatBitrate } from '../ui/format.ts';
import classes from './DetailsPanel.module.css';

/** Main and backup ingest of a destination that has both, each with what it delivers. */
export function IngestFacts({ destination }: { destination: DestinationResource }) {
  const { backupIngest, backupRtmpUrl, backupStreamKeyLast4, backupStreamKeySet, ingests } = destination;
  if (!backupIngest && ingests.length === 0) return null;
  return (
    <section className={classes.section}>
      <h3>Backup ingest</h3>
      <dl className={classes.facts}>
        <Fact name="Backup URL">{backupRtmpUrl ?? 'off from the next start on'}</Fact>
        {backupIngest && (
          <Fact name="Backup stream key">{backupStreamKeySet ? `own, ends in ${backupStreamKeyLast4}` : 'same'}</Fact>
        )}
        {ingests.map((each) => (
          <Fact key={each.ingest} name={each.ingest === 'main' ? 'Main ingest' : 'Backup ingest'}>
            {describe(each)}
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function describe({ bitrateBps, detail, level }: DestinationResource['ingests'][number]): string {
  return level === 'good' && bitrateBps !== null ? `${detail}, ${formatBitrate(bitrateBps)}` : detail;
}
