import { Duration } from 'aws-cdk-lib';
import {
  CfnManagedLoginBranding,
  type IUserPool,
  ManagedLoginVersion,
  OAuthScope,
  UserPoolClient,
  UserPoolClientIdentityProvider,
  UserPoolDomain,
} from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import type { Configuration } from '../configuration.ts';

/** A scope of the resource server; there is one per role. */
export type ScriptRole = Configuration['scriptRoles'][number];

interface SignInProps {
  userPool: IUserPool;
  /** First label of the sign-in page's host. Unique in the Region across all accounts. */
  domainPrefix: string;
  /** `https://` and the dashboard's host. */
  dashboardUrl: string;
  /** Identifier of the resource server. */
  resourceServer: string;
  /** Roles that get a client. Cognito charges for every client with client credentials, so create only those in use. */
  scriptRoles: readonly ScriptRole[];
}

/** A leaked token works for an hour at most; a user signs in once a month. */
const TOKEN_LIFE = {
  accessTokenValidity: Duration.hours(1),
  idTokenValidity: Duration.hours(1),
  refreshTokenValidity: Duration.days(30),
};

/**
 * Creates the sign-in page, the dashboard's client and the scripts' clients. They are in this stack because the user
 * pool outlives the dashboard's address.
 */
export function createSignIn(
  scope: Construct,
  props: SignInProps,
): { dashboardClient: UserPoolClient; scriptClients: Map<ScriptRole, UserPoolClient>; signInUrl: string } {
  const domain = new UserPoolDomain(scope, 'SignInDomain', {
    userPool: props.userPool,
    cognitoDomain: { domainPrefix: props.domainPrefix },
    managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
  });
  return {
    dashboardClient: createDashboardClient(scope, props),
    scriptClients: new Map(props.scriptRoles.map((role) => [role, createScriptClient(scope, props, role)])),
    signInUrl: domain.baseUrl(),
  };
}

/**
 * Creates a client for the authorization code flow with PKCE. The API exchanges the code, and PKCE is stronger than a
 * secret in its environment.
 */
function createDashboardClient(scope: Construct, { userPool, dashboardUrl }: SignInProps): UserPoolClient {
  const client = new UserPoolClient(scope, 'DashboardClient', {
    userPool,
    generateSecret: false,
    oAuth: {
      flows: { authorizationCodeGrant: true, implicitCodeGrant: false, clientCredentials: false },
      scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
      callbackUrls: [`${dashboardUrl}/api/session/callback`],
      logoutUrls: [`${dashboardUrl}/`],
    },
    authFlows: { user: false, userPassword: false, userSrp: false, adminUserPassword: false, custom: false },
    supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
    ...TOKEN_LIFE,
  });
  // Managed login shows no page, not even the default one, to a client without a branding style.
  new CfnManagedLoginBranding(scope, 'SignInStyle', {
    userPoolId: userPool.userPoolId,
    clientId: client.userPoolClientId,
    useCognitoProvidedValues: true,
  });
  return client;
}

function createScriptClient(
  scope: Construct,
  { userPool, resourceServer }: SignInProps,
  role: ScriptRole,
): UserPoolClient {
  return new UserPoolClient(scope, `Script-${role}`, {
    userPool,
    generateSecret: true,
    oAuth: {
      flows: { clientCredentials: true, authorizationCodeGrant: false, implicitCodeGrant: false },
      scopes: [OAuthScope.custom(`${resourceServer}/${role}`)],
    },
    authFlows: { user: false, userPassword: false, userSrp: false, adminUserPassword: false, custom: false },
    supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
    accessTokenValidity: TOKEN_LIFE.accessTokenValidity,
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
  });
}
