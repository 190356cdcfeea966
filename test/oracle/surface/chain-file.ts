/** A quoted chain of a known smile as a file of `deribit-options`. */
import { CHAIN_HEADER } from "../../helpers/synthetic-chain.ts";
import { CHAIN_AT_SEC, quotedChain } from "./quoted-chain.ts";

const STEP_SEC = 6 * 3_600;

/** Text of a file with the same chain every six hours under a rising index. */
export function chainFile(snapshots: number): string {
  const quotes = quotedChain({ seed: "file" });
  const rows = Array.from({ length: snapshots }, (_, place) =>
    quotes.map(({ kind, strike, expirySec, bid, ask, future }) => {
      const date = new Date(expirySec * 1_000).toISOString().slice(0, 10).replaceAll("-", "");
      const index = future * (1 + place / 1_000);
      const letter = kind === "call" ? "C" : "P";
      return `${CHAIN_AT_SEC + place * STEP_SEC},${date},${strike},${letter},${bid},${ask},0.01,0.5,${future},${index},1,1,0`;
    }),
  );
  return [CHAIN_HEADER, ...rows.flat()].join("\n");
}
