/** The error for an artefact that an evaluation cannot use. */
import { PlimsollError } from "../../oracle/domain/errors.ts";

/** Error for the artefact in `directory`; `detail` may say more than the reason. */
export function refusedArtefact(directory: string, reason: string, detail = ""): PlimsollError<"ARTEFACT_REFUSED"> {
  return new PlimsollError({
    code: "ARTEFACT_REFUSED",
    problem: `The artefact ${directory} is not usable: ${[reason, detail].filter((part) => part !== "").join(" ")}.`,
    remedy: "Restore the folder from the repository, or train it again.",
    context: { directory, reason, detail },
  });
}
