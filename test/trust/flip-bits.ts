/** Calls back with the bytes that differ in one bit, for each bit or for every so many. */
export function flipBits(bytes: Buffer, act: (flipped: Buffer, bit: number) => void, step = 1): void {
  for (let bit = 0; bit < bytes.length * 8; bit += step) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    act(flipped, bit);
  }
}
