import { expect, it } from 'vitest';
import {
  COVER_LIMITS as COVER_OF_API,
  SLATE_LIMITS as SLATE_OF_API,
} from '../../../functions/domain/picture-limits.ts';
import { COVER_LIMITS, SLATE_LIMITS } from './picture-limits.ts';

it('the page prepares pictures by the limits of the API', () => {
  expect([COVER_LIMITS, SLATE_LIMITS]).toEqual([COVER_OF_API, SLATE_OF_API]);
});
