import { Arn, ArnFormat, CfnOutput, DefaultStackSynthesizer, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnOIDCProvider, Effect, PolicyStatement, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * The roles of GitHub Actions: no key is stored anywhere, GitHub's own token is exchanged for an hour of one of them. Each
 * may do one thing, which is to use roles that `cdk bootstrap` made; what those may do is decided there. There are two,
 * because what is shown to the reviewers is got before they have said yes, by whoever may push a branch.
 */
interface DeployRoleStackProps extends StackProps {
  /** As in the GitHub environments of deploy.yml: `dev`, `prod`. */
  environment: string;
  /** `owner/name`. */
  repository: string;
  /** An account has one provider for GitHub: false where another deployment has made it. */
  makesProvider: boolean;
}

const ISSUER = 'token.actions.githubusercontent.com';

export class DeployRoleStack extends Stack {
  constructor(scope: Construct, id: string, props: DeployRoleStackProps) {
    super(scope, id, props);
    const { environment, repository } = props;
    const providerArn = props.makesProvider ? this.makeProvider() : this.nameProvider();
    const deployRole = this.createRole('Role', {
      description: `GitHub Actions of ${repository} deploy ${environment} with it`,
      providerArn,
      subject: `repo:${repository}:environment:${environment}`,
      bootstrapRoles: ['deploy', 'file-publishing', 'lookup'],
    });
    const diffRole = this.createRole('DiffRole', {
      description: `GitHub Actions of ${repository} show with it what a deployment of ${environment} would change`,
      providerArn,
      subject: `repo:${repository}:environment:${environment}-diff`,
      bootstrapRoles: ['lookup'],
    });
    this.describe('DeployRoleArn', deployRole, `AWS_DEPLOY_ROLE_ARN of the GitHub environment ${environment}`);
    this.describe('DiffRoleArn', diffRole, `AWS_DIFF_ROLE_ARN of the GitHub environment ${environment}-diff`);
  }

  /** The environment's name in the subject: its rules have been kept before GitHub issues such a token. */
  private createRole(
    id: string,
    props: { description: string; providerArn: string; subject: string; bootstrapRoles: readonly string[] },
  ): Role {
    const role = new Role(this, id, {
      description: props.description,
      maxSessionDuration: Duration.hours(1),
      assumedBy: new WebIdentityPrincipal(props.providerArn, {
        StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: props.subject },
      }),
    });
    const qualifier = this.synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER;
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['sts:AssumeRole'],
        resources: props.bootstrapRoles.map((purpose) =>
          this.arnOfRole(`cdk-${qualifier}-${purpose}-role-${this.account}-${this.region}`),
        ),
      }),
    );
    return role;
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

  private arnOfRole(name: string): string {
    return Arn.format({ service: 'iam', region: '', resource: 'role', resourceName: name }, this);
  }
}
