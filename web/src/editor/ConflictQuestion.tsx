import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { type DestinationFields, readDestination } from '../api/destinations.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { changedFields, FIELD_NAMES, fieldsOf } from './destination-fields.ts';
import { useInSight } from './use-in-sight.ts';
import { describeSound } from './sound-value.ts';
import classes from './editor.module.css';

/** A destination with the ETag that guards its edit. */
export interface Version {
  destination: DestinationResource;
  etag: string | null;
}

interface ConflictQuestionProps {
  /** The version the form started from. */
  before: DestinationResource;
  pending: boolean;
  onShowTheirs: (theirs: Version) => void;
  onSaveMine: (theirs: Version) => void;
}

/**
 * Shown when someone else changed the destination during an edit: their changes, and a choice between both versions.
 */
export function ConflictQuestion({ before, pending, onShowTheirs, onSaveMine }: ConflictQuestionProps) {
  const box = useRef<HTMLDivElement>(null);
  const { destinationId } = before;
  const [theirs, setTheirs] = useState<Version | null>(null);
  const [error, setError] = useState<unknown>(null);
  useInSight(box);
  const read = async (then: (version: Version) => void): Promise<void> => {
    try {
      // Read again at the click, because they may have changed more.
      const { body, etag } = await readDestination(destinationId);
      then({ destination: body, etag });
    } catch (failure) {
      setError(failure);
    }
  };
  useEffect(() => {
    let isLeft = false;
    void readDestination(destinationId).then(
      ({ body, etag }) => !isLeft && setTheirs({ destination: body, etag }),
      (failure: unknown) => !isLeft && setError(failure),
    );
    return () => {
      isLeft = true;
    };
  }, [destinationId]);
  const problem = problemOf(error);
  const changes = theirs ? changedFields(fieldsOf(before), fieldsOf(theirs.destination)) : {};
  const fields = Object.keys(changes) as (keyof DestinationFields)[];
  return (
    <div ref={box} className={classes.question} role="alertdialog" aria-label="Changed by someone else" tabIndex={-1}>
      <strong>Someone else changed this destination while you were editing.</strong>
      {fields.length > 0 && (
        <ul className={classes.theirs} aria-label="Their changes">
          {fields.map((field) => (
            <li key={field}>
              {FIELD_NAMES[field]}: {describeChange(field, changes)}
            </li>
          ))}
        </ul>
      )}
      {problem && <ProblemPanel problem={problem} />}
      <div className={classes.answers}>
        <Button variant="default" disabled={pending} onClick={() => void read(onShowTheirs)}>
          Show theirs
        </Button>
        <Button loading={pending} onClick={() => void read(onSaveMine)}>
          Save mine
        </Button>
      </div>
    </div>
  );
}

function describeChange(field: keyof DestinationFields, changes: Partial<DestinationFields>): string {
  if (field === 'sound') return describeSound(changes.sound ?? null);
  const value = changes[field];
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value ?? 'none');
}
