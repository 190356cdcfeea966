/** `npm run verify -- --network <name>`: reads a deployment back; exit code 1 when anything differs. */

import { openNetwork } from "./network.ts";
import { networkCommand, reportDifferences, runCommand } from "./network-command.ts";
import { readOutputs } from "./outputs.ts";
import { verifyDeployment } from "./verify/verify.ts";

await runCommand(
  networkCommand("verify", "Compare a deployment with its reviewed configuration and with the sources.").action(
    async (flags) => {
      const network = await openNetwork(flags);
      try {
        const { config, parties, chain, outputDir } = network;
        const outputs = await readOutputs(outputDir);
        reportDifferences(await verifyDeployment({ reader: chain.reader, config, parties, ...outputs }));
      } finally {
        await network.close();
      }
    },
  ),
);
