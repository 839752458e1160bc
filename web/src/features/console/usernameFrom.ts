/** A username that fits the name: `Café Zoë` becomes `cafe-zoe`; empty where the name has no letters of ours. */
export function usernameFrom(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 32)
    .replace(/^-+|-+$/g, '');
}
