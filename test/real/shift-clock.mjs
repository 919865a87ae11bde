// Preloaded with `node --import`: the clock of this process is SHIFT_HOURS ahead, as if so much time had passed. A store
// then finds its requests signed in the future; the SDK learns the difference from the store's own `Date`.
const SHIFT_MS = Number(process.env.SHIFT_HOURS) * 3_600_000;
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + SHIFT_MS);
    else super(...args);
  }

  static now() {
    return RealDate.now() + SHIFT_MS;
  }
};
