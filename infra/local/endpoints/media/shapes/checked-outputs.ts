/**
 * Outputs of the operations that the product uses, by service. The simulation checks the local endpoints' responses
 * against them.
 */
export const checkedOutputs = {
  medialive: [
    'CreateChannelResponse',
    'CreateInputResponse',
    'CreateInputSecurityGroupResponse',
    'DeleteChannelResponse',
    'DeleteInputResponse',
    'DescribeChannelResponse',
    'DescribeInputResponse',
    'DescribeInputSecurityGroupResponse',
    'ListAlertsResponse',
    'ListChannelsResponse',
    'ListInputsResponse',
    'ListInputSecurityGroupsResponse',
    'StartChannelResponse',
    'StopChannelResponse',
    'UpdateChannelResponse',
    'UpdateInputSecurityGroupResponse',
  ],
  mediaconnect: [
    'AddFlowOutputsResponse',
    'AddFlowSourcesResponse',
    'CreateFlowResponse',
    'DescribeFlowResponse',
    'DescribeFlowSourceMetadataResponse',
    'DescribeFlowSourceThumbnailResponse',
    'ListFlowsResponse',
    'RemoveFlowOutputResponse',
    'RemoveFlowSourceResponse',
    'StartFlowResponse',
    'StopFlowResponse',
    'UpdateFlowSourceResponse',
  ],
  mediapackage: [
    'CreateChannelResponse',
    'CreateHarvestJobResponse',
    'CreateOriginEndpointResponse',
    'DescribeChannelResponse',
    'DescribeHarvestJobResponse',
    'ListChannelsResponse',
    'ListHarvestJobsResponse',
    'ListOriginEndpointsResponse',
  ],
} as const;
