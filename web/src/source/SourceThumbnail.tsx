import { useSourcePicture } from '../api/flow.ts';
import { BlobImage } from '../ui/BlobImage.tsx';
import { formatExactTime } from '../ui/format.ts';
import classes from './SourceThumbnail.module.css';

/** A picture of the source, updated every few seconds, where the preview does not play. Renders nothing without one. */
export function SourceThumbnail() {
  const picture = useSourcePicture().data;
  if (!picture?.takenAt) return null;
  const description = `Picture from the source, ${formatExactTime(picture.takenAt)}`;
  return (
    <div className={classes.frame}>
      <BlobImage className={classes.picture} content={picture.image} description={description} />
      <span className={classes.caption} aria-hidden="true">
        {description}
      </span>
    </div>
  );
}
