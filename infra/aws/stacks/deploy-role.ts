import { Arn, ArnFormat, CfnOutput, DefaultStackSynthesizer, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnOIDCProvider, PolicyStatement, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * Properties of the roles for GitHub Actions. No access key is stored: GitHub exchanges its own token for a one-hour
 * session of a role.
 *
 * The diff role runs before review, for anyone who may push a branch, so it may only read the templates of this
 * environment's stacks. The deploy role may also assume the two roles of `cdk bootstrap` that upload assets and run
 * CloudFormation.
 *
 * Neither may assume the lookup role of `cdk bootstrap`. It has ReadOnlyAccess, and MediaLive's Describe and List
 * answers hold stream keys in clear text. Without it the CDK CLI warns and reads templates with the role's own
 * permissions.
 */
interface DeployRoleStackProps extends StackProps {
  /** Name as in the GitHub environments of deploy.yml: `dev`, `prod`. */
  environment: string;
  /** Names of the stacks whose templates the roles may read. */
  stackNames: readonly string[];
  /** `owner/name`. */
  repository: string;
  /** False if another deployment has created the account's only provider for GitHub. */
  makesProvider: boolean;
}

const ISSUER = 'token.actions.githubusercontent.com';

export class DeployRoleStack extends Stack {
  constructor(scope: Construct, id: string, props: DeployRoleStackProps) {
    super(scope, id, props);
    const { environment, repository, stackNames } = props;
    const providerArn = props.makesProvider ? this.makeProvider() : this.nameProvider();
    const deployRole = this.createRole('Role', {
      description: `Lets GitHub Actions of ${repository} deploy ${environment}`,
      providerArn,
      subject: `repo:${repository}:environment:${environment}`,
      stackNames,
    });
    deployRole.addToPolicy(
      new PolicyStatement({
        actions: ['sts:AssumeRole'],
        resources: ['deploy', 'file-publishing'].map((purpose) =>
          this.arnOf('iam', 'role', `cdk-${this.qualifier()}-${purpose}-role-${this.account}-${this.region}`, ''),
        ),
      }),
    );
    const diffRole = this.createRole('DiffRole', {
      description: `Lets GitHub Actions of ${repository} show what a deployment of ${environment} would change`,
      providerArn,
      subject: `repo:${repository}:environment:${environment}-diff`,
      stackNames,
    });
    this.describe('DeployRoleArn', deployRole, `AWS_DEPLOY_ROLE_ARN of the GitHub environment ${environment}`);
    this.describe('DiffRoleArn', diffRole, `AWS_DIFF_ROLE_ARN of the GitHub environment ${environment}-diff`);
  }

  /**
   * Trusts tokens whose subject names the environment, which GitHub issues only after the environment's rules have
   * passed.
   */
  private createRole(
    id: string,
    props: { description: string; providerArn: string; subject: string; stackNames: readonly string[] },
  ): Role {
    const role = new Role(this, id, {
      description: props.description,
      maxSessionDuration: Duration.hours(1),
      assumedBy: new WebIdentityPrincipal(props.providerArn, {
        StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: props.subject },
      }),
    });
    // The calls of `cdk diff --method template`, and the bootstrap version, which the CLI may read first.
    role.addToPolicy(
      new PolicyStatement({
        actions: ['cloudformation:DescribeStacks', 'cloudformation:GetTemplate'],
        resources: props.stackNames.map((name) => this.arnOf('cloudformation', 'stack', `${name}/*`)),
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['ssm:GetParameter'],
        resources: [this.arnOf('ssm', 'parameter', `cdk-bootstrap/${this.qualifier()}/version`)],
      }),
    );
    return role;
  }

  private qualifier(): string {
    return this.synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER;
  }

  private describe(id: string, role: Role, variable: string): void {
    new CfnOutput(this, id, { value: role.roleArn, description: `Variable ${variable}` });
  }

  private makeProvider(): string {
    return new CfnOIDCProvider(this, 'GitHub', { url: `https://${ISSUER}`, clientIdList: ['sts.amazonaws.com'] })
      .attrArn;
  }

  private nameProvider(): string {
    return Arn.format(
      {
        service: 'iam',
        region: '',
        resource: 'oidc-provider',
        resourceName: ISSUER,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      },
      this,
    );
  }

  /** @param region empty for services whose ARNs have no Region; default: the stack's Region */
  private arnOf(service: string, resource: string, resourceName: string, region?: string): string {
    return Arn.format({ service, resource, resourceName, ...(region === undefined ? {} : { region }) }, this);
  }
}
