import type { Delivery } from '../../domain/delivery.ts';
import type { DeliveryResource } from '../schemas/notifications.ts';

/** Returns a delivery as the API shows it. */
export function presentDelivery(delivery: Delivery): DeliveryResource {
  const { event, execution: _execution, writeCount: _count, ...shown } = delivery;
  return { ...shown, eventId: event.eventId, eventType: event.type, title: event.title, eventAt: event.at };
}
