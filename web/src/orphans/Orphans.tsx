import { IconTrash } from '@tabler/icons-react';
import type { OrphanResource } from '../../../functions/api/schemas/orphans.ts';
import { useReleaseOrphan } from '../api/orphans.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatMoment, sentence } from '../ui/format.ts';
import { pricePerHour, PRICE_UNKNOWN } from '../costs/money.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import classes from './Orphans.module.css';

const RESOURCE_NAMES: Record<OrphanResource['resource'], string> = {
  flowOutput: 'MediaConnect output',
  channel: 'MediaLive channel',
  input: 'MediaLive input',
  secret: 'Secret with a passphrase',
};

/** Lists the orphans, each with a button that releases it. */
export function Orphans({ orphans }: { orphans: readonly OrphanResource[] }) {
  return (
    <ul className={classes.list} aria-label="Unused resources">
      {orphans.map((orphan) => (
        <Orphan key={orphan.orphanId} orphan={orphan} />
      ))}
    </ul>
  );
}

function Orphan({ orphan }: { orphan: OrphanResource }) {
  const now = useServerNow();
  const release = useReleaseOrphan();
  const refusal = useRoleRefusal('operator');
  const { resource, resourceId, orphanId, isReleasable } = orphan;
  const name = RESOURCE_NAMES[resource];
  return (
    <li className={classes.orphan}>
      <div className={classes.what}>
        <strong>{name}</strong>
        <span className={classes.id}>
          <code title={resourceId}>{resourceId}</code>
          <CopyButton value={resourceId} label="Copy the id" />
        </span>
      </div>
      <p className={classes.reason}>
        {sentence(orphan.detail)}.{!isReleasable && <span> Check it in the AWS console.</span>}
      </p>
      <p className={classes.facts}>
        <span>{pricePerHour(orphan.usdPerHour, { isComplete: orphan.isPriceComplete }) ?? PRICE_UNKNOWN}</span>
        <span>first seen {formatMoment(orphan.firstSeenAt, now)}</span>
      </p>
      <div className={classes.action}>
        <ConfirmButton
          label="Release"
          confirmLabel="Release"
          busyLabel="Releasing"
          ariaLabel={`Release ${name} ${resourceId}`}
          explanation={isReleasable ? refusal : 'Not tagged by Sluice: delete it in the AWS console'}
          busy={release.isPending || orphan.releaseRequestedBy !== null}
          disabled={!isReleasable || refusal !== undefined}
          icon={<IconTrash size={15} />}
          onConfirm={() =>
            release.mutateAsync(orphanId).catch((error: unknown) => showProblem(error, `Release ${name} ${resourceId}`))
          }
        />
      </div>
    </li>
  );
}
