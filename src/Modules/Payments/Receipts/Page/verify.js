// Verifies a receipt with what every browser has; asks nobody. RFC 8785 for what stands in a receipt: strings, integers, lists and objects.
const canonical = (value) =>
  Array.isArray(value)
    ? `[${value.map(canonical).join(',')}]`
    : value !== null && typeof value === 'object'
      ? `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
      : JSON.stringify(value);

const bytesOf = (base64url) => Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
const utf8 = (text) => new TextEncoder().encode(text);

const isSignedBy = async (key, signature, text) =>
  crypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-256' },
    await crypto.subtle.importKey('spki', bytesOf(key), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']),
    bytesOf(signature),
    utf8(text),
  );

const sha256 = async (text) => Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @returns 'valid', or the first that is wrong: 'malformed', 'other_server', 'shop_signature', 'server_signature'. */
const verifyReceipt = async ({ receipt, signatures }, serverKey) => {
  if (receipt?.type !== 'stoa.receipt' || receipt.version !== 1 || !signatures?.shop || !signatures.server) return 'malformed';
  if (receipt.keys?.server !== serverKey) return 'other_server';
  try {
    if (!(await isSignedBy(receipt.keys.shop, signatures.shop, canonical(receipt)))) return 'shop_signature';
    return (await isSignedBy(serverKey, signatures.server, canonical({ receipt, shop: signatures.shop }))) ? 'valid' : 'server_signature';
  } catch {
    return 'malformed';
  }
};

/** Whether the newer one takes the place of the older one. Both must be valid. */
const supersedes = async (newer, older) =>
  newer.receipt.purchase === older.receipt.purchase &&
  newer.receipt.supersedes?.number === older.receipt.number &&
  newer.receipt.supersedes.sha256 === (await sha256(canonical(older.receipt)));

const unpack = async (fragment) =>
  JSON.parse(await new Response(new Blob([bytesOf(fragment)]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text());
