import { INPUT_TIERS, OUTPUT_TIERS, type BitrateTier, type PricedPart } from '../../../../presets/price-parts.ts';

/**
 * Maps each part to AWS's price list: the service code and the products that carry its price. The mapping has never
 * been compared with a live answer of the Price List API. Confidence in each entry:
 *
 * - `documented`: AWS's documentation gives the usage type or the operation.
 *   [AmazonCloudWatch/latest/monitoring/cloudwatch_billing, medialive/latest/ug/billing-operations]
 * - `seen`: public bills or programs that query the price list use it.
 * - `inferred`: derived from a `seen` one by its naming scheme.
 * - `guessed`: no source documents it. The price of a matching product is used; products that do not match are listed.
 */
export type Standing = 'documented' | 'seen' | 'inferred' | 'guessed';

/** Attributes of a product that identify its part. */
export interface ProductKey {
  usageType: string;
  operation: string;
  unit: string;
}

export interface PartSource {
  part: PricedPart;
  serviceCode: string;
  standing: Standing;
  fits: (product: ProductKey) => boolean;
}

/** Filters of each service's query, which keep products of other Regions out of the answer. */
export const SERVICE_FILTERS: Readonly<Record<string, (region: string) => readonly Record<string, string>[]>> = {
  AWSElementalMediaLive: (region) => [{ regionCode: region }],
  AWSMediaConnect: (region) => [{ regionCode: region }],
  AWSElementalMediaPackage: (region) => [{ regionCode: region }],
  AWSDataTransfer: (region) => [{ fromRegionCode: region, transferType: 'AWS Outbound' }],
  AmazonCloudWatch: (region) => [{ regionCode: region }],
  // Priced by the viewers' location. This is North America, whose price equals Europe's.
  AmazonCloudFront: () =>
    ['US-DataTransfer-Out-Bytes', 'US-Requests-Tier2-HTTPS', 'Executions-CloudFrontFunctions'].map((usagetype) => ({
      usagetype,
    })),
  awskms: (region) => [{ regionCode: region }],
  AWSSecretsManager: (region) => [{ regionCode: region }],
  AmazonApiGateway: (region) => [{ regionCode: region }],
  AWSLambda: (region) => [{ regionCode: region }],
  AmazonDynamoDB: (region) => [{ regionCode: region }],
};

const LIMITS: Record<BitrateTier, string> = { Below10Mbps: 'L10', '10To20Mbps': 'L20', '20To50Mbps': 'L50' };

/**
 * Matches usage types of one pipeline (`EML1`), followed by the Region's short name: `EML1-USE1-OUT-AVC-HD-L10-30-S`.
 */
const mediaLive = (rest: string) => usageTypeIs(new RegExp(`^EML1-[A-Z0-9]+-${rest}$`));
/** Matches usage types with the Region's short name as prefix, which us-east-1 often omits. */
const regional = (rest: string) => usageTypeIs(new RegExp(`^(?:[A-Za-z0-9-]+-)?${rest}$`));

function usageTypeIs(pattern: RegExp): PartSource['fits'] {
  return ({ usageType }) => pattern.test(usageType);
}

const inputs: PartSource[] = INPUT_TIERS.map(({ part, size, codec, bitrate }) => ({
  part,
  serviceCode: 'AWSElementalMediaLive',
  standing: 'inferred',
  fits: mediaLive(`IN-${codec.toUpperCase()}-${size.toUpperCase()}-${LIMITS[bitrate]}`),
}));

const outputs: PartSource[] = OUTPUT_TIERS.map(({ part, size, bitrate, rate }) => ({
  part,
  serviceCode: 'AWSElementalMediaLive',
  standing: part === 'outputHdAvcBelow10Mbps30Fps' ? 'seen' : 'inferred',
  fits: mediaLive(`OUT-AVC-${size.toUpperCase()}-${LIMITS[bitrate]}-${rate.slice(0, 2)}-S`),
}));

const isHourly = ({ unit }: ProductKey) => /^(hrs?|hours?)$/i.test(unit);

/** The place of every part in the price list, except `flowTransfer`: no public source documents its usage type. */
export const PART_SOURCES: readonly PartSource[] = [
  ...inputs,
  ...outputs,
  {
    part: 'idleChannel',
    serviceCode: 'AWSElementalMediaLive',
    standing: 'documented',
    fits: ({ operation }) => operation === 'INACTIVE_CHANNEL',
  },
  {
    part: 'idlePushInput',
    serviceCode: 'AWSElementalMediaLive',
    standing: 'documented',
    fits: ({ operation }) => operation === 'INACTIVE_INPUT',
  },
  {
    part: 'runningFlow',
    serviceCode: 'AWSMediaConnect',
    standing: 'guessed',
    fits: (product) => isHourly(product) && /flow/i.test(product.usageType) && !/router/i.test(product.usageType),
  },
  {
    part: 'packageIngest',
    serviceCode: 'AWSElementalMediaPackage',
    standing: 'seen',
    fits: regional('EMP-ingest-bytes'),
  },
  {
    part: 'packageOrigination',
    serviceCode: 'AWSElementalMediaPackage',
    standing: 'seen',
    fits: regional('EMP-origin-packaging-bytes'),
  },
  {
    part: 'internetEgress',
    serviceCode: 'AWSDataTransfer',
    standing: 'seen',
    fits: regional('DataTransfer-Out-Bytes'),
  },
  {
    part: 'cdnEgress',
    serviceCode: 'AmazonCloudFront',
    standing: 'seen',
    fits: usageTypeIs(/^US-DataTransfer-Out-Bytes$/),
  },
  {
    part: 'alarmMetric',
    serviceCode: 'AmazonCloudWatch',
    standing: 'documented',
    fits: regional('CW:AlarmMonitorUsage'),
  },
  {
    part: 'customMetric',
    serviceCode: 'AmazonCloudWatch',
    standing: 'documented',
    fits: regional('CW:MetricMonitorUsage'),
  },
  {
    part: 'metricsDashboard',
    serviceCode: 'AmazonCloudWatch',
    standing: 'documented',
    fits: regional('DashboardsUsageHour'),
  },
  {
    part: 'metricReads',
    serviceCode: 'AmazonCloudWatch',
    standing: 'documented',
    fits: regional('CW:GMD-Metrics'),
  },
  { part: 'kmsKey', serviceCode: 'awskms', standing: 'seen', fits: regional('KMS-Keys') },
  {
    part: 'secret',
    serviceCode: 'AWSSecretsManager',
    standing: 'seen',
    fits: regional('AWSSecretsManager-Secrets'),
  },
  {
    part: 'cdnRequests',
    serviceCode: 'AmazonCloudFront',
    standing: 'seen',
    fits: usageTypeIs(/^US-Requests-Tier2-HTTPS$/),
  },
  {
    part: 'edgeRuns',
    serviceCode: 'AmazonCloudFront',
    standing: 'guessed',
    fits: usageTypeIs(/^Executions-CloudFrontFunctions$/),
  },
  {
    part: 'apiRequests',
    serviceCode: 'AmazonApiGateway',
    standing: 'seen',
    fits: regional('ApiGatewayHttpRequest'),
  },
  { part: 'functionRequests', serviceCode: 'AWSLambda', standing: 'seen', fits: regional('Request-ARM') },
  { part: 'functionTime', serviceCode: 'AWSLambda', standing: 'seen', fits: regional('Lambda-GB-Second-ARM') },
  // Not those of the table class for infrequent access, whose usage types have IA before them.
  {
    part: 'tableReads',
    serviceCode: 'AmazonDynamoDB',
    standing: 'seen',
    fits: usageTypeIs(/^(?!.*\bIA-)(?:[A-Z0-9]+-)?ReadRequestUnits$/),
  },
  {
    part: 'tableWrites',
    serviceCode: 'AmazonDynamoDB',
    standing: 'seen',
    fits: usageTypeIs(/^(?!.*\bIA-)(?:[A-Z0-9]+-)?WriteRequestUnits$/),
  },
];
