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
import { LOOPBACK_REDIRECTS } from '../../../functions/api/auth/loopback-redirects.ts';
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

/** The API accepts an access token until it expires, also after a revocation, so those on people's disks live shortly. */
const COMMAND_LINE_TOKEN_LIFE = {
  accessTokenValidity: Duration.minutes(15),
  idTokenValidity: Duration.minutes(15),
  refreshTokenValidity: Duration.days(30),
};

/**
 * Creates the sign-in page, the clients of the dashboard and the sluice command, and the scripts' clients. They are in this stack because the user
 * pool outlives the dashboard's address.
 */
export function createSignIn(
  scope: Construct,
  props: SignInProps,
): {
  dashboardClient: UserPoolClient;
  commandLineClient: UserPoolClient;
  scriptClients: Map<ScriptRole, UserPoolClient>;
  signInUrl: string;
} {
  const domain = new UserPoolDomain(scope, 'SignInDomain', {
    userPool: props.userPool,
    cognitoDomain: { domainPrefix: props.domainPrefix },
    managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
  });
  return {
    dashboardClient: createDashboardClient(scope, props),
    commandLineClient: createCommandLineClient(scope, props),
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
    ...BROWSER_SIGN_IN,
    oAuth: {
      ...CODE_GRANT,
      callbackUrls: [`${dashboardUrl}/api/session/callback`],
      logoutUrls: [`${dashboardUrl}/`],
    },
    ...TOKEN_LIFE,
  });
  showSignInPage(scope, 'SignInStyle', { userPool, client });
  return client;
}

/** Creates the client of the sluice command, which listens on the machine of the person who signs in. */
function createCommandLineClient(scope: Construct, { userPool }: SignInProps): UserPoolClient {
  const client = new UserPoolClient(scope, 'CommandLineClient', {
    userPool,
    ...BROWSER_SIGN_IN,
    oAuth: { ...CODE_GRANT, callbackUrls: LOOPBACK_REDIRECTS },
    ...COMMAND_LINE_TOKEN_LIFE,
  });
  showSignInPage(scope, 'CommandLineSignInStyle', { userPool, client });
  return client;
}

/** Of a public client, whose people sign in on the pool's page. */
const BROWSER_SIGN_IN = {
  generateSecret: false,
  authFlows: { user: false, userPassword: false, userSrp: false, adminUserPassword: false, custom: false },
  supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
  enableTokenRevocation: true,
  preventUserExistenceErrors: true,
};

const CODE_GRANT = {
  flows: { authorizationCodeGrant: true, implicitCodeGrant: false, clientCredentials: false },
  scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
};

/** Managed login shows no page, not even the default one, to a client without a branding style. */
function showSignInPage(
  scope: Construct,
  id: string,
  { userPool, client }: { userPool: IUserPool; client: UserPoolClient },
): void {
  new CfnManagedLoginBranding(scope, id, {
    userPoolId: userPool.userPoolId,
    clientId: client.userPoolClientId,
    useCognitoProvidedValues: true,
  });
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
