import { useState } from 'react';
import type { ShowSummary } from '../../../functions/api/schemas/shows.ts';
import classes from './ShowCover.module.css';

interface ShowCoverProps {
  cover: NonNullable<ShowSummary['cover']>;
  /** Empty where the title of the show is beside it. */
  description: string;
  size: 'small' | 'large';
}

/** The cover of a show. Nothing when it cannot be loaded, so that no broken picture is shown. */
export function ShowCover({ cover, description, size }: ShowCoverProps) {
  const [failed, setFailed] = useState<string | null>(null);
  if (failed === cover.url) return null;
  return (
    <img
      className={classes[size]}
      src={cover.url}
      alt={description}
      width={cover.width}
      height={cover.height}
      loading="lazy"
      decoding="async"
      onError={() => setFailed(cover.url)}
    />
  );
}
