import { useMutation, useQuery } from '@tanstack/react-query';
import { SLATE_LIMITS } from '../../../functions/domain/picture-limits.ts';
import { preparePicture } from '../ui/prepare-picture.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { PICTURE_WITHIN_MS, request, requestPictureIfAny } from './request.ts';

const PATH = '/api/slate-image';

/** Reads the own slate; null while the plain one is shown. */
export function useSlateImage() {
  return useQuery({
    queryKey: queryKeys.slateImage,
    gcTime: 0,
    queryFn: async ({ signal }) => (await requestPictureIfAny(PATH, { signal }))?.image ?? null,
  });
}

const invalidate = () => queryClient.invalidateQueries({ queryKey: queryKeys.slateImage });

/** Sets the own slate. The content decides, so the name and the type of the file do not matter. */
export function useSetSlateImage() {
  return useMutation({
    mutationFn: async (file: File) => {
      const image = await preparePicture(file, SLATE_LIMITS);
      return request<unknown>(PATH, { method: 'PUT', image, answerWithinMs: PICTURE_WITHIN_MS });
    },
    onSettled: invalidate,
  });
}

/** Returns to the plain slate. */
export function useRemoveSlateImage() {
  return useMutation({ mutationFn: () => request<null>(PATH, { method: 'DELETE' }), onSettled: invalidate });
}
