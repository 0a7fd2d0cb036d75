import { bundleEntry, packagesOf } from '/work/main/test/bench/bundle/bundle.ts';
import { bundleFloor } from '/work/main/test/bench/bundle/floor.ts';
for (const n of ['api','workflow','sweep','monitor','cost-report']) {
  const b = await bundleEntry(`functions/${n}.lambda.ts`);
  const s = await bundleFloor(`functions/${n}.lambda.ts`,'sdk'), l = await bundleFloor(`functions/${n}.lambda.ts`,'libraries');
  const own=[...b.inputs].filter(([p])=>!p.includes('node_modules')).reduce((x,[,y])=>x+y,0);
  console.log(n,b.bytes,b.gzipBytes,'sdk',s.bytes,(b.bytes/s.bytes).toFixed(3),'lib',l.bytes,(b.bytes/l.bytes).toFixed(3), 'own',own);
}
