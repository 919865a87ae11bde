import fc from 'fast-check';

/** Returns one of the characters of `chars`. */
export const charOf = (chars: string): fc.Arbitrary<string> => fc.constantFrom(...Array.from(chars));
