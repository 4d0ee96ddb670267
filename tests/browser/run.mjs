// All browser tests: `node run.mjs`, or some: `node --test-name-pattern='roll back' run.mjs`.
// In one process, so that they share one desk.

import './bytes.test.mjs';
import './once.test.mjs';
import './tasks.test.mjs';
import './keys.test.mjs';
import './pages.test.mjs';
import './old-browsers.test.mjs';
import './print.test.mjs';
import './lighthouse.test.mjs';
