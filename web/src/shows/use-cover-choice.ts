import { useState } from 'react';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { useSaveCover, type NewShow } from '../api/shows.ts';
import { showProblem } from '../app/problem-toast.tsx';
import type { CoverChange } from './CoverField.tsx';
import type { ShowFormValues } from './show-fields.ts';

/** The cover that was chosen in the form of a show, which is sent once the show is stored. */
export function useCoverChoice({ edited, copied }: Record<'edited' | 'copied', ShowResource | undefined>) {
  const [change, setChange] = useState<CoverChange>();
  const save = useSaveCover();
  return {
    /** The cover with which the form began. */
    stored: (edited ?? copied)?.cover ?? null,
    change,
    setChange,
    isSent: save.isPending,
    /** What a copy is created with, so that it keeps the cover of its original. */
    ofCopy: (copied?.cover && change === undefined ? { coverFrom: copied.showId } : {}) satisfies Partial<NewShow>,
    /**
     * Sends the choice for a stored show, which stays whatever becomes of its cover.
     * @param ended receives whether the cover is as it was chosen
     */
    send: (
      { series, showId }: ShowResource,
      { isForFollowing }: Pick<ShowFormValues, 'isForFollowing'>,
      ended: (isSaved: boolean) => void,
    ): void => {
      // A copy without the cover of its original was created without it.
      if (change === undefined || (change === null && !edited)) return ended(true);
      const onError = (error: unknown) => (showProblem(error, 'Save the cover'), ended(false));
      const scope = (edited ? isForFollowing : series !== null) ? 'following' : 'one';
      return save.mutate({ showId, picture: change, scope }, { onSuccess: () => ended(true), onError });
    },
  };
}
