import './theme/mantine.css';
import './theme/tokens.css';
import './theme/touch.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { reloadForInvitation, takeInvitationFromAddress } from './api/people.ts';
import { queryClient, queryKeys } from './api/query-client.ts';
import { reloadForStartLink, signIn, takeTokenFromAddress } from './api/session.ts';
import { App } from './shell/App.tsx';
import { preloadFirstPage } from './shell/lazy-pages.ts';
import { reloadAfterUpgrade } from './shell/reload-after-upgrade.ts';

/** Signs in with a token in the address; returns true when it was refused. */
async function signInFromAddress(): Promise<boolean> {
  const token = takeTokenFromAddress();
  if (token === null) return false;
  try {
    queryClient.setQueryData(queryKeys.session, await signIn(token));
    return false;
  } catch {
    return true;
  }
}

reloadAfterUpgrade();
reloadForStartLink();
reloadForInvitation();
preloadFirstPage();
const root = document.getElementById('root');
if (root) {
  const invitation = takeInvitationFromAddress();
  const linkRefused = await signInFromAddress();
  createRoot(root).render(
    <StrictMode>
      <App linkRefused={linkRefused} invitation={invitation} />
    </StrictMode>,
  );
}
