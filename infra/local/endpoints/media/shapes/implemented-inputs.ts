/**
 * Inputs of the operations that the local endpoints implement, by service. `generate-shapes.ts` generates schemas for
 * them.
 */
export const implementedInputs = {
  medialive: [
    'BatchDeleteRequest',
    'BatchStartRequest',
    'BatchStopRequest',
    'BatchUpdateScheduleRequest',
    'CreateChannelRequest',
    'CreateInputRequest',
    'CreateInputSecurityGroupRequest',
    'CreateTagsRequest',
    'DeleteScheduleRequest',
    'DescribeScheduleRequest',
    'ListAlertsRequest',
    'UpdateChannelClassRequest',
    'UpdateChannelRequest',
    'UpdateInputSecurityGroupRequest',
  ],
  mediaconnect: [
    'AddFlowOutputsRequest',
    'AddFlowSourcesRequest',
    'CreateFlowRequest',
    'DeleteFlowRequest',
    'DescribeFlowRequest',
    'DescribeFlowSourceMetadataRequest',
    'DescribeFlowSourceThumbnailRequest',
    'ListFlowsRequest',
    'ListTagsForResourceRequest',
    'RemoveFlowOutputRequest',
    'RemoveFlowSourceRequest',
    'StartFlowRequest',
    'StopFlowRequest',
    'TagResourceRequest',
    'UntagResourceRequest',
    'UpdateFlowOutputRequest',
    'UpdateFlowRequest',
    'UpdateFlowSourceRequest',
  ],
  mediapackage: [
    'CreateChannelRequest',
    'CreateHarvestJobRequest',
    'CreateOriginEndpointRequest',
    'DescribeHarvestJobRequest',
    'ListHarvestJobsRequest',
  ],
} as const;
