import { useMutation, useQuery } from '@tanstack/react-query';
import { queryClient, queryKeys } from './query-client.ts';
import { request, requestPictureIfAny } from './request.ts';

const PATH = '/api/slate-image';
/** The largest image on a slow line. */
const UPLOAD_WITHIN_MS = 120_000;

/** Reads the own slate; null while the plain one is shown. */
export function useSlateImage() {
  return useQuery({
    queryKey: queryKeys.slateImage,
    gcTime: 0,
    queryFn: async ({ signal }) => (await requestPictureIfAny(PATH, { signal }))?.image ?? null,
  });
}

const invalidate = () => queryClient.invalidateQueries({ queryKey: queryKeys.slateImage });

/**
 * Sets the own slate. The server looks at the content, so the name and the type of the file do not matter.
 * @param fit returns the picture to send for a file
 */
export function useSetSlateImage(fit: (file: File) => Promise<Blob>) {
  return useMutation({
    mutationFn: async (file: File) => {
      const picture = await fit(file);
      const image = picture.type === 'image/jpeg' ? picture : picture.slice(0, picture.size, 'image/png');
      return request<unknown>(PATH, { method: 'PUT', image, answerWithinMs: UPLOAD_WITHIN_MS });
    },
    onSettled: invalidate,
  });
}

/** Returns to the plain slate. */
export function useRemoveSlateImage() {
  return useMutation({ mutationFn: () => request<null>(PATH, { method: 'DELETE' }), onSettled: invalidate });
}
