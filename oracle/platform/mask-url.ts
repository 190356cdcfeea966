/** Connection URLs carry passwords; this is the only form of them that may be shown. */

const MASK = "***";

/** Replaces the password of a URL by `***`; text that is no URL becomes `(unreadable URL)`, since it may hold anything. */
export function maskUrl(url: string): string {
  if (!URL.canParse(url)) return "(unreadable URL)";
  const parsed = new URL(url);
  if (parsed.password !== "") parsed.password = MASK;
  if (parsed.searchParams.has("password")) parsed.searchParams.set("password", MASK);
  return parsed.toString();
}
