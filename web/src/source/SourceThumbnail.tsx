import { useEffect, useRef } from 'react';
import { useSourcePicture } from '../api/flow.ts';
import { formatExactTime } from '../ui/format.ts';
import classes from './SourceThumbnail.module.css';

/** A picture of the source, updated every few seconds, where the preview does not play. Renders nothing without one. */
export function SourceThumbnail() {
  const picture = useSourcePicture().data;
  if (!picture?.takenAt) return null;
  const description = `Picture from the source, ${formatExactTime(picture.takenAt)}`;
  return (
    <div className={classes.frame}>
      <Picture content={picture.image} description={description} />
      <span className={classes.caption} aria-hidden="true">
        {description}
      </span>
    </div>
  );
}

function Picture({ content, description }: { content: Blob; description: string }) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    if (!image.current) return;
    const address = URL.createObjectURL(content);
    image.current.src = address;
    return () => URL.revokeObjectURL(address);
  }, [content]);
  return <img ref={image} className={classes.picture} alt={description} />;
}
