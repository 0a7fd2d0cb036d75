import { beforeEach, expect, it, vi } from 'vitest';
import { keepShowDraft, readShowDraft, showDraftName } from './show-draft.ts';
import { toShowValues, type ShowFormValues } from './show-fields.ts';

const stored = new Map<string, string>();
vi.stubGlobal(
  'localStorage',
  new Proxy(
    {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
      removeItem: (key: string) => stored.delete(key),
    },
    { ownKeys: () => [...stored.keys()], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) },
  ),
);

beforeEach(() => stored.clear());

const PRISTINE = toShowValues(null, 'UTC');
const TYPED: ShowFormValues = {
  ...PRISTINE,
  title: 'Sunday',
  record: true,
  ceiling: { amount: '', action: 'ask', countdownMinutes: 10, defaultAnswer: 'stop', spared: ['dst_1'] },
  expectedSource: { ...PRISTINE.expectedSource, size: '1920x1080' },
  destinations: [{ destinationId: 'dst_1', offsetSeconds: '-5', isRequired: true }],
};

const storeByHand = (values: unknown) =>
  stored.set('sluice-draft-show-other', JSON.stringify({ typedAt: new Date().toISOString(), values }));

it('a draft holds the changed fields only, whatever their shape', () => {
  keepShowDraft('show-new', PRISTINE, TYPED);
  const { ceiling, destinations, expectedSource, record, title } = TYPED;
  expect(readShowDraft('show-new')?.values).toEqual({ title, record, ceiling, expectedSource, destinations });
  storeByHand(JSON.parse(stored.get('sluice-draft-show-new')!).values);
  expect(readShowDraft('show-other')?.values).toEqual(readShowDraft('show-new')?.values);
});

it('a draft with nothing changed does not exist', () => {
  keepShowDraft('show-new', PRISTINE, TYPED);
  keepShowDraft('show-new', PRISTINE, { ...TYPED, ...PRISTINE });
  expect([readShowDraft('show-new'), stored.size]).toEqual([null, 0]);
});

it.each([
  { ceiling: 7 },
  { ceiling: { amount: 1 } },
  { destinations: [{ destinationId: 'dst_1' }] },
  { destinations: {} },
  { expectedSource: null },
  { title: null, strange: 'x' },
])('%j in the storage is ignored, and the rest is kept', (wrong) => {
  storeByHand({ ...wrong, notes: 'kept' });
  expect(readShowDraft('show-other')?.values).toEqual({ notes: 'kept' });
});

it('an edit, a copy and a new show have drafts of their own', () => {
  const names = [showDraftName({}), showDraftName({ edited: 'shw_1' }), showDraftName({ copied: 'shw_1' })];
  expect(new Set(names).size).toBe(3);
});
