import { useCostNow } from '../api/costs.ts';
import { describeUnknown, pricePerHour, PRICE_UNKNOWN } from './money.ts';

/** What the source and the preview cost per hour whenever they run: for the switches that start them. */
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
