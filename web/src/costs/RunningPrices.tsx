import { useCostNow } from '../api/costs.ts';
import { describeUnknown, pricePerHour, PRICE_UNKNOWN } from './money.ts';

/** Shows the hourly cost of source and preview while they run, beside the controls that start them. */
export function RunningPrices() {
  const { data } = useCostNow();
  if (!data) return null;
  const { flow, primary, viewer } = data.whenRunning;
  const unknown = describeUnknown([...new Set([...flow.unknownParts, ...(primary?.unknownParts ?? [])])]);
  const viewerPrice = viewer && pricePerHour(viewer.perHour, viewer);
  return (
    <p data-hint={unknown || undefined}>
      Source {pricePerHour(flow.perHour, flow) ?? PRICE_UNKNOWN} while it runs
      {primary && `, preview ${pricePerHour(primary.perHour, primary) ?? PRICE_UNKNOWN}`}
      {viewerPrice && ` plus ${viewerPrice} per viewer`}.
      {!data.isBilled && ' Estimate only: nothing is billed on this machine.'}
    </p>
  );
}
