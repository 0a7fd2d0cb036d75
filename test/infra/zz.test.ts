import { it } from 'vitest';
import { synthesizeTemplates } from './synthesize.ts';
import { deployLocally } from './local-deployment.ts';
import { runLifecycle } from './lifecycle-run.ts';
import { writeFileSync } from 'node:fs';
it('x', async () => {
  const t=Date.now();
  const templates = synthesizeTemplates();
  console.log('synth', Date.now()-t);
  const d = await deployLocally(templates);
  console.log('deployed', Date.now()-t);
  try { const a = await runLifecycle(d); console.log('answers', a.length); } finally {
  console.log('ran', Date.now()-t, d.calls.length);
  writeFileSync('/tmp/calls.json', JSON.stringify({calls:d.calls, policies:d.policies, environments: d.environments}));
  console.log(d.functions.api.output().slice(-1500), d.functions.workflow.output().slice(-1500));
  await d.close(); }
}, 120000);
