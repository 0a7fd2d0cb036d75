/** A request that a show or a group start has made of a destination. */
export interface MadeRequest {
  destinationId: string;
  /** Why it was refused; null when it was not. */
  refusal: string | null;
}
