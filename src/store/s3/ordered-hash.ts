import { createHash } from 'node:crypto';

/** The SHA-256 of a file whose parts come in any order. */
export interface OrderedHash {
  /** Resolves once the part, and with it all parts before it, are hashed: until then its bytes must stay. */
  add(number: number, body: Uint8Array): Promise<void>;
  /** Lets go of everybody who waits for a part that will not come. */
  giveUp(): void;
  digest(): string;
}

/** Starts with part 1. */
export function openOrderedHash(): OrderedHash {
  const hash = createHash('sha256');
  const waiting = new Map<number, { readonly body: Uint8Array; readonly pass: () => void }>();
  let next = 1;
  return {
    add: (number, body) =>
      new Promise((pass) => {
        waiting.set(number, { body, pass });
        for (let part = waiting.get(next); part !== undefined; part = waiting.get(next)) {
          hash.update(part.body);
          waiting.delete(next);
          next += 1;
          part.pass();
        }
      }),
    giveUp: () => {
      for (const { pass } of waiting.values()) pass();
      waiting.clear();
    },
    digest: () => hash.digest('hex'),
  };
}
