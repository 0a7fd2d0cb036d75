import type { OwnRequest } from '../read-as-caller.ts';
import type { ExportedSettings } from '../schemas/transfer.ts';
import { changedFields, planItem, refuseItem, type Ids, type PlannedItem } from './plan-item.ts';
import type { DescribedDeployment } from './read-document.ts';

/** Plans the import of settings: each is one item and one request. */

type Translate = (reference: string) => string;
type Put = (ids: Ids) => OwnRequest;

/** Plans the import of each setting that a document has. */
export function planSettings(
  wanted: ExportedSettings,
  { described, now, translate }: { described: DescribedDeployment; now: Date; translate: Translate },
): PlannedItem[] {
  const here = described.document.settings;
  const toIds = (references: readonly string[] | undefined, ids: Ids) =>
    (references ?? []).flatMap((each) => ids.get(each) ?? []);
  const put =
    (path: string, body: (ids: Ids) => object): Put =>
    (ids) => ({ method: 'PUT', path, body: body(ids) });
  const ceilings = (['day', 'month'] as const).flatMap((period) => {
    const ceiling = wanted.ceilings[period];
    if (!ceiling) return [];
    const translated = { ...ceiling, spared: ceiling.spared.map(translate) };
    const request = put(`/api/ceilings/${period}`, (ids) => ({ ...ceiling, spared: toIds(ceiling.spared, ids) }));
    const about = { name: period === 'day' ? 'Daily ceiling' : 'Monthly ceiling', key: period };
    return [compare('ceiling', about, translated, here.ceilings[period], { request, refersTo: ceiling.spared })];
  });
  const { incidentRules, noSourceLimit, recordings, slateImage, sound } = wanted;
  const others: PlannedItem[] = [];
  if (noSourceLimit) {
    const { spared } = noSourceLimit;
    const translated = { ...noSourceLimit, spared: spared.map(translate) };
    const request = put('/api/no-source-limit', (ids) => ({ ...noSourceLimit, spared: toIds(spared, ids) }));
    const about = { name: 'No-source limit', key: 'deployment' };
    others.push(compare('no-source-limit', about, translated, here.noSourceLimit, { request, refersTo: spared }));
  }
  if (sound) {
    const about = { name: 'Sound', key: 'deployment' };
    others.push(compare('sound', about, sound, here.sound, { request: put('/api/sound', () => sound) }));
  }
  if (recordings) {
    const about = { name: 'Recordings', key: 'deployment' };
    const request = put('/api/recording-settings', () => ({ mode: described.recordingMode, ...recordings }));
    others.push(compare('recording-settings', about, recordings, here.recordings, { request }));
  }
  if (incidentRules) {
    const about = { name: 'Incident rules', key: 'deployment' };
    const request = put('/api/incident-rules', () => incidentRules);
    others.push(compare('incident-rules', about, incidentRules, here.incidentRules, { request }));
  }
  if (slateImage) {
    const about = { name: 'Slate', key: 'deployment' };
    const png = Buffer.from(slateImage, 'base64');
    const request = (): OwnRequest => ({ method: 'PUT', path: '/api/slate-image', png });
    others.push(compare('slate-image', about, { slateImage }, here.slateImage ? here : undefined, { request }));
  }
  return [
    ...ceilings,
    ...others,
    ...planDestinationRules(wanted, { here, translate }),
    ...planMutes(wanted, { here, now, translate }),
  ];
}

function compare(
  kind: Parameters<typeof planItem>[0],
  about: { name: string; key: string },
  wanted: object,
  here: object | undefined,
  rest: { request: Put; refersTo?: readonly string[] },
): PlannedItem {
  const fields = here ? changedFields(wanted, here) : [];
  const status = here ? (fields.length === 0 ? 'same' : 'changed') : 'new';
  return planItem(kind, about, { ...rest, status, fields, request: status === 'same' ? null : rest.request });
}

function planDestinationRules(
  { destinationIncidentRules = [] }: ExportedSettings,
  { here, translate }: { here: ExportedSettings; translate: Translate },
): PlannedItem[] {
  return destinationIncidentRules.map(({ destination, rules }) => {
    const own = here.destinationIncidentRules?.find((each) => each.destination === translate(destination));
    const about = { name: `Incident rules of ${destination}`, key: `destination ${destination}` };
    const request: Put = (ids) => ({
      method: 'PUT',
      path: `/api/destinations/${ids.get(destination)}/incident-rules`,
      body: { rules },
    });
    return compare('incident-rules', about, { rules }, own, { request, refersTo: [destination] });
  });
}

function planMutes(
  { incidentMutes = [] }: ExportedSettings,
  { here, now, translate }: { here: ExportedSettings; now: Date; translate: Translate },
): PlannedItem[] {
  // Each one here is that of one item, because two may be the same.
  const left = [...(here.incidentMutes ?? [])];
  return incidentMutes.map(({ destination, ...mute }, index) => {
    const wanted = { ...mute, ...(destination === undefined ? {} : { destination: translate(destination) }) };
    const at = left.findIndex(
      (other) => changedFields(wanted, other).length === 0 && changedFields(other, wanted).length === 0,
    );
    const isHere = at !== -1;
    if (isHere) left.splice(at, 1);
    const planned = planItem(
      'incident-mute',
      { name: mute.reason, key: String(index + 1) },
      {
        status: isHere ? 'same' : 'new',
        refersTo: destination === undefined ? [] : [destination],
        request: isHere
          ? null
          : (ids) => ({
              method: 'POST',
              path: '/api/incident-mutes',
              body: { ...mute, ...(destination === undefined ? {} : { destinationId: ids.get(destination) }) },
            }),
      },
    );
    if (isHere || Date.parse(mute.until) > now.getTime()) return planned;
    return refuseItem(planned, { detail: `the mute has ended at ${mute.until}`, remedy: 'leave it out' });
  });
}
