import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { HISTORY_BY_DAY } from '../../../../functions/aws/names.ts';

/** The attribute by which items expire, in seconds since the epoch, identical to that of the CDK's data stack. */
export const TIME_TO_LIVE_ATTRIBUTE = 'expiresAt';

/** The table and its index, identical to those of the CDK's data stack. */
export const TABLE_DEFINITION = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'day', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: HISTORY_BY_DAY,
      KeySchema: [
        { AttributeName: 'day', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
} satisfies Omit<CreateTableCommandInput, 'TableName'>;
