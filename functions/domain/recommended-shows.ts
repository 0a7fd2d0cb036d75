import { allShows, fold, type Catalogue } from './audience-catalogue.ts';
import type { AudiencePhase, AudienceShow } from './audience-show.ts';

/**
 * Which other shows a show's page offers, and why. Only what shows have in common counts, nothing about the watcher, so
 * everyone gets the same answer and can see its reason. Pure.
 */
export interface RecommendedShow {
  show: AudienceShow;
  /** What it shares with the show, as `Also in Music, and tagged jazz`. */
  reason: string;
}

const RECOMMENDED_MAX = 6;
const CATEGORY_POINTS = 3;
const TAG_POINTS = 2;
/** Among equals, what can be watched now comes first, then what comes next. */
const PHASES: AudiencePhase[] = ['live', 'before', 'after'];
/** More would be a list, not a reason. */
const TAGS_NAMED_MAX = 3;

/** Returns the public shows that share the category or a tag with a show, those with most in common first. */
export function recommendShows(catalogue: Catalogue, show: AudienceShow): RecommendedShow[] {
  return allShows(catalogue)
    .filter(({ id }) => id !== show.id)
    .map((other) => ({ other, common: commonOf(show, other) }))
    .filter(({ common }) => common.points > 0)
    .toSorted(
      (one, two) =>
        two.common.points - one.common.points || PHASES.indexOf(one.other.phase) - PHASES.indexOf(two.other.phase),
    )
    .slice(0, RECOMMENDED_MAX)
    .map(({ other, common }) => ({ show: other, reason: reasonOf(common) }));
}

interface Common {
  category: string | null;
  tags: string[];
  points: number;
}

function commonOf(show: AudienceShow, other: AudienceShow): Common {
  const isSameCategory =
    show.category !== null && other.category !== null && fold(show.category) === fold(other.category);
  const wanted = new Set(show.tags.map(fold));
  const tags = other.tags.filter((tag) => wanted.has(fold(tag)));
  return {
    category: isSameCategory ? other.category : null,
    tags,
    points: (isSameCategory ? CATEGORY_POINTS : 0) + tags.length * TAG_POINTS,
  };
}

function reasonOf({ category, tags }: Common): string {
  const named = tags.slice(0, TAGS_NAMED_MAX).join(', ');
  const reasons = [...(category === null ? [] : [`in ${category}`]), ...(named === '' ? [] : [`tagged ${named}`])];
  return `Also ${reasons.join(', and ')}`;
}
