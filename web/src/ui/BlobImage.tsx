import { useEffect, useRef } from 'react';

/** Shows a picture that was received as bytes. */
export function BlobImage({
  content,
  description,
  className,
}: {
  content: Blob;
  description: string;
  className: string | undefined;
}) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    if (!image.current) return;
    const address = URL.createObjectURL(content);
    image.current.src = address;
    return () => URL.revokeObjectURL(address);
  }, [content]);
  return <img ref={image} className={className} alt={description} />;
}
