export function encodeLzfse(plain: Uint8Array): Buffer;
export function encodeLzvn(plain: Uint8Array): Buffer;
