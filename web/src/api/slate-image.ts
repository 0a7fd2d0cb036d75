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

/** Sets the own slate. The server looks at the content, so the name and the type of the file do not matter. */
export function useSetSlateImage() {
  return useMutation({
    mutationFn: (file: File) => {
      const image = file.type === 'image/jpeg' ? file : file.slice(0, file.size, 'image/png');
      return request<unknown>(PATH, { method: 'PUT', image, answerWithinMs: UPLOAD_WITHIN_MS });
    },
    onSettled: invalidate,
  });
}

/** Returns to the plain slate. */
export function useRemoveSlateImage() {
  return useMutation({ mutationFn: () => request<null>(PATH, { method: 'DELETE' }), onSettled: invalidate });
}
