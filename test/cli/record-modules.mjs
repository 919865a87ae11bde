// Preloaded by the start-up test: records every module that is loaded, in FMRELEASE_TEST_MODULES, one URL a line.
import { appendFileSync } from 'node:fs';
import Module, { register } from 'node:module';

const file = process.env.FMRELEASE_TEST_MODULES;

if (file !== undefined) {
  const hooks = `
    import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) {
      appendFileSync(${JSON.stringify(file)}, url + '\\n');
      return next(url, context);
    }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
  const load = Module._load;
  Module._load = function record(request, ...rest) {
    appendFileSync(file, `require:${request}\n`);
    return load.call(this, request, ...rest);
  };
}
