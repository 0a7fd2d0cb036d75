/** The addresses that each flow's outputs feed, including flows that are not running. */
export interface OutputAddresses {
  /** Replaces a flow's addresses. */
  set(flowArn: string, addresses: string[]): void;
  /** Returns which of the running flows feeds each address. */
  feeders<Flow>(flows: ReadonlyMap<string, Flow>): Map<string, Flow>;
}

/** Creates an empty table. */
export function createOutputAddresses(): OutputAddresses {
  const addressesByFlow = new Map<string, string[]>();
  return {
    set(flowArn, addresses) {
      if (addresses.length > 0) addressesByFlow.set(flowArn, [...addresses]);
      else addressesByFlow.delete(flowArn);
    },
    feeders(flows) {
      const feeders = new Map();
      for (const [flowArn, addresses] of addressesByFlow) {
        const flow = flows.get(flowArn);
        if (flow) for (const address of addresses) feeders.set(address, flow);
      }
      return feeders;
    },
  };
}
