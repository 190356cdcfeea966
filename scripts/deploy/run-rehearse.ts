/** `npm run rehearse -- --network <name>`: an upgrade of rule engine and verifier, tried and undone; exit code 1 when it would change a value. */
import { resolve } from "node:path";
import { hasCode } from "../../oracle/domain/errors.ts";
import { installedModels } from "../../oracle/pipeline/installed-models.ts";
import { deployPlimsoll } from "./deploy.ts";
import { type Network, openNetwork } from "./network.ts";
import { networkCommand, runCommand } from "./network-command.ts";
import { readOutputs } from "./outputs.ts";
import { controlChain } from "./rehearse/development-chain.ts";
import { rehearsalText } from "./rehearse/rehearsal-text.ts";
import { rehearseUpgrade } from "./rehearse/rehearse-upgrade.ts";
import { addressBook } from "./verify/context.ts";

const ARTIFACTS_DIR = resolve(import.meta.dirname, "../../oracle/models/artifacts");

await runCommand(
  networkCommand("rehearse", "Rehearse an upgrade of rule engine and verifier on a development chain, and undo it.")
    .option("--json", "print the result as JSON on the last line")
    .action(async (flags) => {
      const network = await openNetwork(flags);
      try {
        const { config, parties, chain } = network;
        const outputs = await deployed(network);
        const dev = await controlChain(chain, addressBook(outputs.addresses));
        const rehearsal = await rehearseUpgrade({
          dev,
          verification: { reader: chain.reader, config, parties, ...outputs },
        });
        console.log(flags.json === true ? JSON.stringify(rehearsal) : rehearsalText(rehearsal));
        if (!rehearsal.pass) process.exitCode = 1;
      } finally {
        await network.close();
      }
    }),
);

/** The deployment of this network; where there is none, one is made first. */
async function deployed({ config, parties, chain, outputDir, deployerKey }: Network) {
  try {
    return await readOutputs(outputDir);
  } catch (error) {
    if (!hasCode(error, "DEPLOYMENT_MISSING")) throw error;
  }
  const { bundleHash } = await installedModels(ARTIFACTS_DIR);
  await deployPlimsoll({ config, parties, bundleHash }, { rpcUrl: chain.rpcUrl, outputDir, deployerKey });
  return await readOutputs(outputDir);
}
