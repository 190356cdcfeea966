/** Reads a deployment back and lists everything that is not as the reviewed files and the sources say. */
import { verifyAccess } from "./access.ts";
import { verifyClassFeeds } from "./class-feeds.ts";
import { verifyCode } from "./code.ts";
import { addressBook, type Verification } from "./context.ts";
import { createComparison, type Difference } from "./difference.ts";
import { verifyHedges } from "./hedges.ts";
import { verifyParameters } from "./parameters.ts";
import { verifyWiring } from "./wiring.ts";

/**
 * Compares code, roles, members, delays, bounds, limits, caps, markets, feeds, signers, models, mandates and wiring.
 *
 * @returns differences, empty when the deployment is what it should be.
 * @throws PlimsollError `DEPLOYMENT_INCOMPLETE` when the outputs lack a contract.
 */
export async function verifyDeployment(verification: Verification): Promise<readonly Difference[]> {
  const comparison = createComparison();
  const run = { ...verification, comparison, at: addressBook(verification.addresses) };
  await verifyCode(run);
  // Values of foreign code would mean nothing.
  if (comparison.differences.length > 0) return comparison.differences;
  await verifyAccess(run);
  await verifyParameters(run);
  await verifyWiring(run);
  await verifyHedges(run);
  await verifyClassFeeds(run);
  return comparison.differences;
}
