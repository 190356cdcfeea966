/** `npm run deploy -- --network <name>`: deploys, or finishes a deployment, and reads it back. */
import { resolve } from "node:path";
import { installedModels } from "../../oracle/pipeline/installed-models.ts";
import { deployPlimsoll } from "./deploy.ts";
import { openNetwork } from "./network.ts";
import { networkCommand, reportDifferences, runCommand } from "./network-command.ts";
import { readOutputs } from "./outputs.ts";
import { verifyDeployment } from "./verify/verify.ts";

const ARTIFACTS_DIR = resolve(import.meta.dirname, "../../oracle/models/artifacts");

await runCommand(
  networkCommand("deploy", "Deploy the contracts of Plimsoll, or finish a deployment that was broken off.").action(
    async (flags) => {
      const network = await openNetwork(flags);
      try {
        const { config, parties, chain, outputDir, deployerKey } = network;
        const { bundleHash } = await installedModels(ARTIFACTS_DIR);
        await deployPlimsoll({ config, parties, bundleHash }, { rpcUrl: chain.rpcUrl, outputDir, deployerKey });
        const outputs = await readOutputs(outputDir);
        console.log(JSON.stringify({ network: flags.network, outputDir, ...outputs }, null, 2));
        reportDifferences(await verifyDeployment({ reader: chain.reader, config, parties, ...outputs }));
      } finally {
        await network.close();
      }
    },
  ),
);
