import { useMutation, useQuery } from '@tanstack/react-query';
import { api, endedBy, pictureIfAny, sending } from './client.ts';
import { queryClient, queryKeys } from './query-client.ts';

const slate = api['slate-image'];

/** Reads the own slate; null while the plain one is shown. */
export function useSlateImage() {
  return useQuery({
    queryKey: queryKeys.slateImage,
    gcTime: 0,
    queryFn: async ({ signal }) => (await pictureIfAny(slate.$get({}, endedBy(signal))))?.image ?? null,
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
      return slate.$put({}, sending(image));
    },
    onSettled: invalidate,
  });
}

/** Returns to the plain slate. */
export function useRemoveSlateImage() {
  return useMutation({ mutationFn: () => slate.$delete(), onSettled: invalidate });
}
