import { request } from '../../api/request.ts';

/** Leaves for the business's sign-in page; it sends the browser back here. */
export async function logIn(page: string, url: string): Promise<void> {
  const begun = await request<{ url: string }>(
    'POST',
    `/api/pages/${page}/account-link?url=${encodeURIComponent(url)}`,
  );
  location.assign(begun.url);
}

/** The business is told to forget who one is with it. */
export const logOut = (page: string) => request<void>('DELETE', `/api/pages/${page}/account-link`);
