// Runs the built `fmrelease resolve` once for each command line of stdin's JSON and prints as JSON what each answers, or
// the code and message of its error. A process prints one document in its life, so this takes the answers before they are
// printed: the same code, from the flags on. Usage: node run-many.mjs <package root>
import { pathToFileURL } from 'node:url';

const root = process.argv[2];
const { default: Resolve } = await import(pathToFileURL(`${root}/dist/commands/resolve.js`).href);
let text = '';
for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
const config = {
  root,
  bin: 'fmrelease',
  userAgent: 'fmrelease',
  runHook: async () => ({ successes: [], failures: [] }),
  scopedEnvVar: () => undefined,
  scopedEnvVarKey: (name) => name,
  scopedEnvVarKeys: (name) => [name],
};
const answers = [];
for (const args of JSON.parse(text)) {
  try {
    const { result } = await new Resolve(args, config).answer();
    answers.push(result);
  } catch ({ code, message }) {
    answers.push({ code, message });
  }
}
process.stdout.write(JSON.stringify(answers));
