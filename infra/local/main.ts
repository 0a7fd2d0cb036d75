import { buildDashboard } from './host/dashboard.ts';
import { productCode } from './product-code.ts';
import { runProduct } from './run-product.ts';

/** `npm start`, and `npm run demo` with `--demo`: the product as it is, with a built dashboard. */

await runProduct({ code: productCode, isDemo: process.argv.includes('--demo'), buildDashboard });
