import { explainIssues } from '../http/validation.ts';
import type { ApiDeps } from '../api-deps.ts';
import { CreateTarget } from '../schemas/notifications.ts';
import type { ExportedTarget, TransferKeys } from '../schemas/transfer.ts';
import { numbered, pairItems } from './pair-items.ts';
import { changedFields, planItem, refuseItem, type PlannedItem } from './plan-item.ts';
import type { DescribedDeployment } from './read-document.ts';
import { readTargetUrl } from './read-keys.ts';

/** Plans the import of notification targets. A new webhook gets a new signing secret. */

type Keys = TransferKeys['notificationTargets'];

/** Plans the import of each target. @param translate turns references of the document into those of the same here */
export async function planTargets(
  deps: ApiDeps,
  wanted: readonly ExportedTarget[],
  { described, keys, translate }: { described: DescribedDeployment; keys: Keys; translate: (of: string) => string },
): Promise<PlannedItem[]> {
  const here = described.targets.map((target, index) => ({
    target,
    exported: described.document.notificationTargets[index]!,
  }));
  const translated = wanted.map((item) => ({
    ...item,
    filter: { ...item.filter, destinations: item.filter.destinations.map(translate) },
  }));
  const pairs = pairItems(translated, here, {
    isEqual: (item, { exported }) => changedFields(item, exported).length === 0,
    nameOfWanted: ({ kind, name }) => `${kind} ${name}`,
    nameOfHere: ({ target }) => `${target.kind} ${target.name}`,
  });
  const names = numbered(wanted.map(({ name }) => name));
  const planned: PlannedItem[] = [];
  for (const [index, item] of wanted.entries()) {
    const pair = pairs[index]!;
    const key = names[index]!;
    const url = keys[key]?.url;
    const base = planItem(
      'notification-target',
      { name: item.name, key },
      { status: 'new', request: null, refersTo: item.filter.destinations },
    );
    if (pair.kind === 'ambiguous') {
      const detail = `several notification targets have the name ${item.name}, so the one to change is not known`;
      planned.push(refuseItem(base, { detail, remedy: 'rename them, here or in the document' }));
    } else if (pair.kind === 'new') planned.push(planNew(item, url, base));
    else {
      const { exported, target } = pair.here;
      const isOtherUrl = url !== undefined && (await readTargetUrl(deps, target)) !== url;
      const fields = [...changedFields(translated[index]!, exported), ...(isOtherUrl ? ['url'] : [])];
      const path = `/api/notification-targets/${target.targetId}`;
      planned.push(
        fields.length === 0
          ? { ...base, status: 'same' }
          : {
              ...base,
              status: 'changed',
              fields,
              request: (ids) => {
                const { kind: _kind, ...body } = toBody(item, isOtherUrl ? url : undefined, ids);
                return { method: 'PATCH', path, body };
              },
            },
      );
    }
  }
  return planned;
}

function planNew(item: ExportedTarget, url: string | undefined, base: PlannedItem): PlannedItem {
  if (item.kind !== 'email' && url === undefined) {
    return refuseItem(
      { ...base, needs: ['url'] },
      { detail: 'needs its URL', remedy: 'enter it, or give the passphrase of an export with keys' },
    );
  }
  const checked = CreateTarget.safeParse(toBody(item, url, new Map()));
  if (!checked.success) {
    const { detail, remedy } = explainIssues(checked.error.issues, {}, Object.keys(CreateTarget.shape));
    return refuseItem(base, { detail, remedy });
  }
  return {
    ...base,
    request: (ids) => ({ method: 'POST', path: '/api/notification-targets', body: toBody(item, url, ids) }),
  };
}

function toBody({ filter, ...item }: ExportedTarget, url: string | undefined, ids: ReadonlyMap<string, string>) {
  const { destinations, ...rest } = filter;
  const destinationIds = destinations.flatMap((each) => ids.get(each) ?? []);
  return { ...item, ...(url === undefined ? {} : { url }), filter: { ...rest, destinationIds } };
}
