// Stands in for the colour libraries of the command shell: help is plain text here, and colour elsewhere is ours.
const plain = new Proxy((text) => String(text), {
  get: (target, name) =>
    name === 'level'
      ? 0
      : name === 'visible'
        ? true
        : name in target && name !== 'bold'
          ? target[name]
          : plain,
  apply: (_, __, [text]) => (typeof text === 'string' || typeof text === 'number' ? String(text) : plain),
});
module.exports = plain;
module.exports.default = plain;
