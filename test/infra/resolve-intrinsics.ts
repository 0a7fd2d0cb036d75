import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../../infra/local/endpoints/wire/local-service.ts';

/** Stack exports by export name. */
export type Exports = ReadonlyMap<string, { stack: string; value: unknown }>;

/** Returns an attribute of an existing resource; `attribute` is `Ref` for its id. */
export type AttributeOf = (stack: string, logicalId: string, attribute: string) => string;

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::AccountId': LOCAL_ACCOUNT_ID,
  'AWS::Partition': 'aws',
  'AWS::Region': LOCAL_REGION,
  'AWS::URLSuffix': 'amazonaws.com',
};

/**
 * Replaces CloudFormation's intrinsic functions with their results, using the attributes of existing resources.
 * @throws {Error} for an unknown function, so that no test compares a partial value
 */
export function resolveIntrinsics(
  value: unknown,
  stack: string,
  templates: { exports: Exports },
  attributeOf: AttributeOf,
): unknown {
  const resolve = (inner: unknown, inStack = stack): any => resolveIntrinsics(inner, inStack, templates, attributeOf);
  if (Array.isArray(value)) return value.map((item) => resolve(item));
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', null], ...others] = Object.entries(value);
  if (others.length > 0 || !(name === 'Ref' || name.startsWith('Fn::'))) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  }
  switch (name) {
    case 'Ref':
      return PSEUDO_PARAMETERS[argument] ?? attributeOf(stack, argument, 'Ref');
    case 'Fn::GetAtt':
      return attributeOf(stack, argument[0], argument[1]);
    case 'Fn::Join':
      return resolve(argument[1]).join(argument[0]);
    case 'Fn::Split':
      return resolve(argument[1]).split(argument[0]);
    case 'Fn::Select':
      return resolve(argument[1])[Number(argument[0])];
    case 'Fn::ImportValue': {
      const exported = templates.exports.get(argument);
      if (!exported) throw new Error(`no stack exports ${argument}`);
      return resolve(exported.value, exported.stack);
    }
    case 'Fn::Sub':
      return String(argument).replaceAll(/\$\{([^}!]+)\}/g, (_, reference: string) => {
        const [logicalId = '', ...attribute] = reference.split('.');
        return resolve(
          attribute.length === 0 ? { Ref: logicalId } : { 'Fn::GetAtt': [logicalId, attribute.join('.')] },
        );
      });
    default:
      throw new Error(`no resolver for ${name}`);
  }
}
