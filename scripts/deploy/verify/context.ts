/** What every part of a verification is given. */
import type { ChainClient } from "../../../oracle/chain/client.ts";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import type { DeploymentConfig } from "../deployment-config.ts";
import type { DeploymentRecord } from "../outputs.ts";
import type { Parties } from "../parties.ts";
import type { Comparison } from "./difference.ts";

/** Reviewed files, outputs of the deployment, and the chain to hold against them. */
export interface Verification {
  readonly reader: ChainClient["reader"];
  readonly config: DeploymentConfig;
  readonly parties: Parties;
  readonly record: DeploymentRecord;
  readonly addresses: Readonly<Record<string, Address>>;
}

/** A verification that is under way. */
export interface VerificationRun extends Verification {
  readonly comparison: Comparison;
  /** Address by name; throws `DEPLOYMENT_INCOMPLETE` when the outputs lack it. */
  at(name: string): Address;
}

/** Looks names up in the outputs of a deployment. */
export function addressBook(addresses: Verification["addresses"]): VerificationRun["at"] {
  return (name) => {
    const address = addresses[name];
    if (address !== undefined) return address;
    throw new PlimsollError({
      code: "DEPLOYMENT_INCOMPLETE",
      problem: `The deployment has no contract named ${name}.`,
      remedy: "Deploy again; the module in scripts/deploy/modules names every contract.",
      context: { name },
    });
  };
}
