/** Thread of the surfaces: inputs of a signed round in, requirements of positions that do not exist out. */
import { parentPort } from "node:worker_threads";
import { decodeAssetInputs } from "../explaining/inputs-codec.ts";
import { requirementSurface } from "./requirement-surface.ts";
import type { RequirementNotice, RequirementOrder } from "./requirement-thread.ts";

parentPort?.on("message", (order: RequirementOrder) => parentPort?.postMessage(answer(order)));

function answer({ inputs: texts, ...order }: RequirementOrder): RequirementNotice {
  try {
    const inputs = texts.map(decodeAssetInputs).find(({ market }) => market?.asset === order.asset);
    return { ok: true, surface: inputs === undefined ? null : requirementSurface({ ...order, inputs }) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}
