import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { useSourcePicture } from '../api/flow.ts';
import { BlobImage } from '../ui/BlobImage.tsx';
import { formatExactTime } from '../ui/format.ts';
import { explainNoStandbyPicture } from './no-picture.ts';
import classes from './StandbyPicture.module.css';

interface StandbyPictureProps {
  source: FlowStatusResource['sources'][number];
  isFlowUp: boolean;
}

/** A picture of the source that is not in use, updated every few seconds, or why it is missing. */
export function StandbyPicture({ source, isFlowUp }: StandbyPictureProps) {
  const picture = useSourcePicture(source.role).data;
  if (!picture?.takenAt || !isFlowUp || source.isConnected === false) {
    return <span className={classes.none}>{explainNoStandbyPicture(source, isFlowUp)}</span>;
  }
  const description = `Picture from the ${source.role} source, ${formatExactTime(picture.takenAt)}`;
  return (
    <>
      <BlobImage className={classes.picture} content={picture.image} description={description} />
      <figcaption className={classes.caption}>Standby</figcaption>
    </>
  );
}
