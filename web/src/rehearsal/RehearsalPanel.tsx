import { Button, Loader } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { type RehearsalFault, useEndRehearsal, useRehearsal, useRehearse } from '../api/rehearsal.ts';
import { ApiProblem } from '../../../functions/api/api-problem.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useShow } from '../app/use-show.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { SidePanel } from '../ui/SidePanel.tsx';
import { presentDestination } from '../destinations/destination-presentation.ts';
import { describeActiveDrills } from './active-drills.ts';
import { FaultSwitch } from './FaultSwitch.tsx';
import classes from './RehearsalPanel.module.css';

/**
 * Drills, in a panel beside the page, so that their effect on the show is visible. Available on one machine only;
 * elsewhere it says so.
 */
export function RehearsalPanel({ onClose }: { onClose: () => void }) {
  const { data: faults, error } = useRehearsal();
  const { destinations } = useShow();
  return (
    <SidePanel label="Drills" title="Drills" closeLabel="Close drills" onClose={onClose}>
      {faults && <Content faults={faults} destinations={destinations ?? []} />}
      {faults === null && (
        <p className={classes.lead}>
          Drills run only on one machine, where Sluice simulates AWS. This deployment is live.
        </p>
      )}
      {faults === undefined &&
        (error instanceof ApiProblem ? (
          <ProblemPanel problem={error.problem} />
        ) : (
          <Loader className={classes.loader} />
        ))}
    </SidePanel>
  );
}

interface ContentProps {
  faults: readonly RehearsalFault[];
  destinations: readonly DestinationResource[];
}

function Content({ faults, destinations }: ContentProps) {
  const refusal = useRoleRefusal('operator');
  const end = useEndRehearsal();
  const drills = describeActiveDrills(faults, destinations);
  const canEnd = drills.length > 0 && !refusal;
  const reason = refusal ?? (canEnd ? undefined : 'No drill running');
  return (
    <>
      <p className={classes.lead}>
        Cause a failure and see how the show reacts. Drills are real: platforms really lose the picture until you switch
        the drill off or restart Sluice.
      </p>
      {refusal && <p className={classes.refusal}>{refusal}.</p>}
      <Button
        size="sm"
        variant={canEnd ? 'filled' : 'default'}
        loading={end.isPending}
        data-disabled={!canEnd || undefined}
        aria-disabled={!canEnd || undefined}
        aria-description={reason}
        data-hint={reason}
        onClick={() => canEnd && end.mutateAsync().catch((error: unknown) => showProblem(error, 'Stop all drills'))}
      >
        Stop all drills
      </Button>
      <Group title="Everything">
        <Switches faults={faults} scope="deployment" refusal={refusal} />
      </Group>
      <Group title="One platform">
        <OnDestination faults={faults} destinations={destinations} refusal={refusal} />
      </Group>
    </>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.group}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

interface SwitchesProps {
  faults: readonly RehearsalFault[];
  scope: RehearsalFault['scope'];
  destinationId?: string;
  nameOf?: (destinationId: string) => string;
  refusal: string | undefined;
}

function Switches({ faults, scope, destinationId, nameOf, refusal }: SwitchesProps) {
  const rehearse = useRehearse();
  const change = ({ fault, label }: RehearsalFault, isActive: boolean): Promise<unknown> =>
    rehearse
      .mutateAsync({ fault, isActive, ...(destinationId && { destinationId }) })
      .catch((error: unknown) => showProblem(error, label));
  return (
    <ul className={classes.faults}>
      {faults
        .filter((each) => each.scope === scope)
        .map((each) => {
          const elsewhere = each.destinationIds.filter((id) => id !== destinationId).map((id) => nameOf?.(id) ?? id);
          return (
            <FaultSwitch
              key={each.fault}
              label={each.label}
              description={each.description}
              elsewhere={elsewhere}
              isOn={destinationId ? each.destinationIds.includes(destinationId) : each.isActive}
              isPending={rehearse.isPending && rehearse.variables.fault === each.fault}
              refusal={refusal}
              onChange={(isActive) => void change(each, isActive)}
            />
          );
        })}
    </ul>
  );
}

interface OnDestinationProps extends ContentProps {
  refusal: string | undefined;
}

function OnDestination({ faults, destinations, refusal }: OnDestinationProps) {
  const id = useId();
  const pushes = destinations.filter(({ primary }) => !primary);
  const [wanted, setWanted] = useState<string | null>(null);
  // Prefers a destination with a drill, then a running one, on which a drill takes effect at once.
  const first =
    pushes.find(({ destinationId }) => faults.some((fault) => fault.destinationIds.includes(destinationId))) ??
    pushes.find(({ status }) => status === 'running') ??
    pushes[0];
  const chosen = pushes.find(({ destinationId }) => destinationId === wanted) ?? first;
  if (!chosen) return <p className={classes.lead}>Add a destination first: these drills affect one destination.</p>;
  const nameOf = (wantedId: string): string =>
    pushes.find(({ destinationId }) => destinationId === wantedId)?.name ?? wantedId;
  return (
    <>
      <div className={classes.choice}>
        <label htmlFor={id}>Destination</label>
        <select id={id} value={chosen.destinationId} onChange={(event) => setWanted(event.currentTarget.value)}>
          {pushes.map((destination) => (
            <option key={destination.destinationId} value={destination.destinationId}>
              {destination.name} ({presentDestination(destination).word.toLowerCase()})
            </option>
          ))}
        </select>
        {chosen.status !== 'running' && <p>Takes effect when {chosen.name} is on air.</p>}
      </div>
      <Switches
        faults={faults}
        scope="destination"
        destinationId={chosen.destinationId}
        nameOf={nameOf}
        refusal={refusal}
      />
      <p className={classes.lead}>One drill per platform at a time: switching one on switches the others off.</p>
    </>
  );
}
