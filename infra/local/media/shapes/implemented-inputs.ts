/** Inputs of the operations the local endpoints implement, by service: what schemas are generated for. */
export const implementedInputs = {
  medialive: [
    'BatchDeleteRequest',
    'BatchStartRequest',
    'BatchStopRequest',
    'CreateChannelRequest',
    'CreateInputRequest',
    'CreateInputSecurityGroupRequest',
    'CreateTagsRequest',
    'ListAlertsRequest',
    'UpdateChannelRequest',
    'UpdateInputSecurityGroupRequest',
  ],
  mediaconnect: [
    'AddFlowOutputsRequest',
    'CreateFlowRequest',
    'TagResourceRequest',
    'UpdateFlowOutputRequest',
    'UpdateFlowSourceRequest',
  ],
  mediapackage: ['CreateChannelRequest', 'CreateOriginEndpointRequest'],
} as const;
