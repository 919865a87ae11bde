// Stands in for the tracing library of the command shell: `DEBUG=…` of the shell's internals is not a feature here.
const createDebug = () =>
  Object.assign(() => undefined, { enabled: false, extend: createDebug, namespace: '' });
module.exports = Object.assign(createDebug, {
  default: createDebug,
  enable: () => undefined,
  formatters: {},
});
