// Stands in for the glob library that the command shell loads at start to find commands. This package ships a
// manifest of its commands, so the shell never searches; if it did, that would be a bug of the build.
exports.glob = async () => {
  throw new Error('the command manifest is missing: run `npm run build`');
};
