// The server of xlperf, for a program whose browser cannot run Python: one question per workbook, to the place the pane is from.
import { language, say } from "./words.js";

export class Refused extends Error {}

// What `validate --format json` prints for the file.
export async function askServer(file, token) {
  const response = await fetch(new URL("/api/validate", location.href), {
    method: "POST",
    body: file,
    credentials: "omit",
    headers: {
      Authorization: `Bearer ${token}`,
      "X-File-Name": encodeURIComponent(file.name),
      "Content-Type": "application/octet-stream",
      "Accept-Language": language(),
    },
  });
  if (response.status === 401 || response.status === 403) throw new Refused(say("wrong_token"));
  const told = await response.json().catch(() => null);
  if (!response.ok || !told) throw new Error(told?.detail ?? say("server_failed", { status: response.status }));
  return Array.isArray(told) ? told[0] : told;
}
