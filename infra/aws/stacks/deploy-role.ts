import { Arn, ArnFormat, CfnOutput, DefaultStackSynthesizer, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnOIDCProvider, PolicyStatement, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * The roles of GitHub Actions. No key is stored anywhere: GitHub's own token is exchanged for an hour of one of them.
 *
 * The diff role runs before any reviewer has agreed, for whoever may push a branch, so it may read the templates of this
 * environment's stacks and nothing else. The deploy role may also assume the two roles of `cdk bootstrap` that upload
 * assets and run CloudFormation.
 *
 * Neither may assume the lookup role of `cdk bootstrap`. That one has ReadOnlyAccess, and MediaLive's Describe and List
 * answers hold stream keys in clear. Without it the CDK CLI warns and reads templates with the role's own permissions.
 */
interface DeployRoleStackProps extends StackProps {
  /** As in the GitHub environments of deploy.yml: `dev`, `prod`. */
  environment: string;
  /** Names of the stacks whose templates may be read. */
  stackNames: readonly string[];
  /** `owner/name`. */
  repository: string;
  /** An account has one provider for GitHub: false where another deployment has made it. */
  makesProvider: boolean;
}

const ISSUER = 'token.actions.githubusercontent.com';

export class DeployRoleStack extends Stack {
  constructor(scope: Construct, id: string, props: DeployRoleStackProps) {
    super(scope, id, props);
    const { environment, repository, stackNames } = props;
    const providerArn = props.makesProvider ? this.makeProvider() : this.nameProvider();
    const deployRole = this.createRole('Role', {
      description: `GitHub Actions of ${repository} deploy ${environment} with it`,
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
      description: `GitHub Actions of ${repository} show with it what a deployment of ${environment} would change`,
      providerArn,
      subject: `repo:${repository}:environment:${environment}-diff`,
      stackNames,
    });
    this.describe('DeployRoleArn', deployRole, `AWS_DEPLOY_ROLE_ARN of the GitHub environment ${environment}`);
    this.describe('DiffRoleArn', diffRole, `AWS_DIFF_ROLE_ARN of the GitHub environment ${environment}-diff`);
  }

  /** The environment's name in the subject: its rules have been kept before GitHub issues such a token. */
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
    // What `cdk diff --method template` calls, and the version of the bootstrap, which the CLI may ask for before.
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

  /** @param region empty for services that have none in their ARNs; left out, that of the stack */
  private arnOf(service: string, resource: string, resourceName: string, region?: string): string {
    return Arn.format({ service, resource, resourceName, ...(region === undefined ? {} : { region }) }, this);
  }
}
