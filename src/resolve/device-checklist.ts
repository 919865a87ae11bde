/**
 * What to look at on the device when matrix, log, projection and pack agree and the adapter still does not load. None
 * of it can be seen from here. From what developers and Apple staff report in the forums.
 */
export const DEVICE_CHECKLIST: readonly string[] = [
  'The app asks for the first of compatibleAdapterIdentifiers(name:), makes it available locally, then opens Adapter(name:). Opening alone does not download: compatibleAdapterNotFound can mean "not downloaded yet".',
  "The name that the app passes is the adapter's, letter for letter. A name with a hyphen is never found, without an error.",
  'The adapter entitlement is granted and is in the entitlements of the app and of the downloader extension.',
  'The keys that the hosting needs are in the Info.plist of app and extension, and both share an app group.',
  'Apple Intelligence is on and its model is downloaded: without it no adapter is compatible.',
  'The pack is on the device: status updates that never come mean an id that the manifest does not have, a URL that does not answer, or a size that differs.',
  'The device keeps a pack until its version rises: an older build there had this version or a higher one.',
  'A draft model is compiled at most three times a day outside macOS: further attempts fail until tomorrow.',
  'The device runs the OS version that was asked about here, and the model variant of its hardware.',
];
