// Runs the built CLI once for each command line of stdin's JSON, one after another in this process, and prints what each
// wrote to stdout as JSON. A thousand starts of Node.js would say no more. Usage: node run-many.mjs <package root>
import { pathToFileURL } from 'node:url';

const root = pathToFileURL(`${process.argv[2]}/`);
const { main } = await import(new URL('dist/src/cli/main.js', root).href);
let text = '';
for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
const print = process.stdout.write.bind(process.stdout);
process.setMaxListeners(0);
process.stdout.setMaxListeners(0);
const answers = [];
for (const args of JSON.parse(text)) {
  let written = '';
  process.stdout.write = (chunk) => {
    written += chunk;
    return true;
  };
  await main(args, root);
  answers.push(written);
}
process.exitCode = 0;
print(JSON.stringify(answers), () => process.exit(0));
