import { expect, test } from 'vitest';
import { isPlatform, PLATFORMS, parsePlatform } from '../../src/model/platform.ts';

test.each(PLATFORMS)('%s is a platform', (platform) => {
  expect(parsePlatform(platform)).toBe(platform);
});

test.each([
  { text: 'iPadOS', hint: '"iPadOS" is not a platform of its own: write "iOS", which covers iPadOS.' },
  { text: 'ipados', hint: '"iPadOS" is not a platform of its own: write "iOS", which covers iPadOS.' },
  { text: 'ios', hint: '"ios" is not a platform: write "iOS".' },
  { text: 'MacOS', hint: '"MacOS" is not a platform: write "macOS".' },
  { text: 'watchOS', hint: '"watchOS" is not a platform: expected one of iOS, macOS, tvOS, visionOS.' },
  { text: '', hint: '"" is not a platform: expected one of iOS, macOS, tvOS, visionOS.' },
  { text: 'toString', hint: '"toString" is not a platform: expected one of iOS, macOS, tvOS, visionOS.' },
])('$text is refused with exit 2: $hint', ({ text, hint }) => {
  expect(isPlatform(text)).toBe(false);
  expect(() => parsePlatform(text)).toThrow(
    expect.objectContaining({ code: 'USAGE', exitCode: 2, message: hint }),
  );
});
