/** The observations that one operator holds in a round: verified once, one a peer, conflicts told apart. */
import type { Outcome } from "../domain/errors.ts";
import type { SignedObservation } from "../domain/report.ts";
import type { Address } from "../domain/units.ts";
import { isSameObservation, type ObservationFault, type VerifiedObservation, verifyObservation } from "./observe.ts";

/** What became of an observation. */
export type Filing =
  | { readonly kind: "added" | "known" }
  | { readonly kind: "conflict"; readonly first: VerifiedObservation };

/** Collects observations. */
export interface ObservationBook {
  /** Checks a signature, or remembers that it was checked. */
  verify(signed: SignedObservation): Promise<Outcome<VerifiedObservation, ObservationFault>>;
  /** Files a verified observation; a second one of the same operator is a conflict and changes nothing. */
  file(observation: VerifiedObservation): Filing;
  /** One observation of every operator that has not contradicted itself. */
  usable(): readonly VerifiedObservation[];
  /** Operators from whom nothing more can come: they have spoken, or contradicted themselves. */
  heard(): number;
}

/** Creates an empty book for the operators of a set. */
export function createObservationBook(operators: readonly Address[]): ObservationBook {
  const verified = new Map<string, VerifiedObservation>();
  const filed = new Map<string, VerifiedObservation>();
  const liars = new Set<string>();
  return {
    verify: async (signed) => {
      const known = verified.get(signed.signature);
      // Comparing is far cheaper than hashing and recovering a key, and shows a changed text before a known signature.
      if (known !== undefined && isSameObservation(known.observation, signed.observation)) {
        return { ok: true, value: known };
      }
      const result = await verifyObservation(signed, operators);
      if (result.ok) verified.set(signed.signature, result.value);
      return result;
    },
    file: (observation) => {
      const operator = observation.observation.operator.toLowerCase();
      const first = filed.get(operator);
      if (first?.digest === observation.digest) return { kind: "known" };
      if (first === undefined) {
        filed.set(operator, observation);
        // The own one comes back in every proposal without ever having been checked.
        verified.set(observation.signature, observation);
        return { kind: "added" };
      }
      liars.add(operator);
      return { kind: "conflict", first };
    },
    usable: () => [...filed].filter(([operator]) => !liars.has(operator)).map(([, observation]) => observation),
    heard: () => filed.size,
  };
}
