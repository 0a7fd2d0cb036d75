import { Button, Input } from '@mantine/core';
import { useState } from 'react';
import type { ShowSummary } from '../../../functions/api/schemas/shows.ts';
import { BlobImage } from '../ui/BlobImage.tsx';
import { ChoosePicture } from '../ui/ChoosePicture.tsx';
import { fitCover } from './fit-cover.ts';
import { ShowCover } from './ShowCover.tsx';
import cover from './ShowCover.module.css';
import classes from './Shows.module.css';

/** A cover to send; null removes the present one, undefined keeps it. */
export type CoverChange = Blob | null | undefined;

interface CoverFieldProps {
  /** The cover as it is stored. */
  stored: ShowSummary['cover'];
  change: CoverChange;
  onChange: (change: CoverChange) => void;
}

/** The cover of a show: choose, replace, remove. It is sent when the form is. */
export function CoverField({ stored, change, onChange }: CoverFieldProps) {
  const [isPreparing, setPreparing] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const choose = async (file: File) => {
    setPreparing(true);
    setFault(null);
    const fitted = await fitCover(file);
    if ('fault' in fitted) setFault(fitted.fault);
    else onChange(fitted.picture);
    setPreparing(false);
  };
  const isShown = change instanceof Blob || (change === undefined && stored !== null);
  return (
    <div role="group" aria-label="Cover">
      <Input.Label component="p">Cover</Input.Label>
      {change instanceof Blob && <BlobImage className={cover.large} content={change} description="Chosen cover" />}
      {change === undefined && stored && <ShowCover cover={stored} description="Present cover" size="large" />}
      {!isShown && <p className={classes.hint}>No cover.</p>}
      {fault && (
        <p className={classes.fault} role="alert">
          {fault}
        </p>
      )}
      <div className={classes.buttons}>
        <ChoosePicture label="Cover picture" isPending={isPreparing} onChoose={(file) => void choose(file)} />
        {isShown && (
          <Button
            size="sm"
            variant="default"
            aria-label="Remove the cover"
            onClick={() => {
              setFault(null);
              onChange(stored === null ? undefined : null);
            }}
          >
            Remove
          </Button>
        )}
      </div>
      <p className={classes.hint}>A still PNG or JPEG, best 1280 × 720 pixels. A larger one is made smaller.</p>
    </div>
  );
}
