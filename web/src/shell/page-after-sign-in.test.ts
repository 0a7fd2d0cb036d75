import { expect, it } from 'vitest';
import { pageAfterSignIn } from './page-after-sign-in.ts';

it('returns to the documentation', () => {
  expect(pageAfterSignIn('?next=%2Fapi%2Fdocs')).toBe('/api/docs');
});

it.each([
  '',
  '?next=',
  '?next=//evil.example',
  '?next=https://evil.example/api/docs',
  '?next=/api/docs/../session/sign-in',
])('ignores other targets: %s', (search) => expect(pageAfterSignIn(search)).toBeNull());
