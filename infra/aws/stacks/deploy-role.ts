import { Arn, ArnFormat, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnOIDCProvider, Effect, PolicyStatement, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * The role GitHub Actions deploys with: no key is stored anywhere, GitHub's own token is exchanged for an hour of it. It
 * may do one thing, which is to use the roles that `cdk bootstrap` made; what those may do is decided there.
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
/** What the CDK's bootstrap calls its resources unless it is told otherwise. */
const BOOTSTRAP_QUALIFIER = 'hnb659fds';

export class DeployRoleStack extends Stack {
  constructor(scope: Construct, id: string, props: DeployRoleStackProps) {
    super(scope, id, props);
    const { environment, repository } = props;
    const providerArn = props.makesProvider ? this.makeProvider() : this.nameProvider();
    const role = new Role(this, 'Role', {
      description: `GitHub Actions of ${repository} deploy ${environment} with it`,
      maxSessionDuration: Duration.hours(1),
      // The environment's name in the subject: its reviewers have said yes before GitHub issues such a token.
      assumedBy: new WebIdentityPrincipal(providerArn, {
        StringEquals: {
          [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          [`${ISSUER}:sub`]: [environment, `${environment}-diff`].map(
            (name) => `repo:${repository}:environment:${name}`,
          ),
        },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['sts:AssumeRole'],
        resources: ['deploy', 'file-publishing', 'image-publishing', 'lookup'].map((purpose) =>
          this.arnOfRole(`cdk-${BOOTSTRAP_QUALIFIER}-${purpose}-role-${this.account}-${this.region}`),
        ),
      }),
    );
    new CfnOutput(this, 'DeployRoleArn', {
      value: role.roleArn,
      description: 'Variable AWS_DEPLOY_ROLE_ARN of the GitHub environment',
    });
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
